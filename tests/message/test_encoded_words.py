"""Header text as real mail writes it: RFC 2047 and everything beside it."""

from __future__ import annotations

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.encoded_words import decode_value, decode_words, encoded_words


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def word(text: str, charset: str = "iso-2022-jp") -> str:
    return f"=?{charset}?B?{b64(text.encode(charset))}?="


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain text", "plain text"),
        ("=?us-ascii?Q?Keith_Moore?= <a@b>", "Keith Moore <a@b>"),
        ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        ("=?utf-8?b?5pel5pys?=", "日本"),
        ("=?UTF-8*ja?B?5pel5pys?=", "日本"),
        ("=?utf-8?Q??=", ""),
        ("=?utf-8?Q?=41?=", "A"),
        ("=?utf-8?Q?50%_=3d_=5F?=", "50% = _"),
        ("=?utf-8?Q?with blanks in it?=", "with blanks in it"),
        ("=?utf-8?Q?bad_=ZZ_code?=", "bad =ZZ code"),
        ("=??Q?no_charset?=", "no charset"),
    ],
)
def test_words_are_decoded(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("(=?utf-8?Q?a?=)", "(a)"),
        ("=?utf-8?Q?a?= b", "a b"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= \t =?iso-8859-1?Q?b?= c", "ab c"),
        ("=?utf-8?Q?a_?= =?utf-8?Q?b?=", "a b"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?=,=?utf-8?Q?b?=", "a,b"),
    ],
)
def test_white_space_is_dropped_between_words_only(raw: str, text: str) -> None:
    assert decode_words(raw) == text


def test_words_are_read_inside_quotes_and_inside_other_words() -> None:
    assert decode_words(f'"{word("山田")}" <a@b>') == '"山田" <a@b>'
    assert decode_words(f"Re:{word('会議')}の件") == "Re:会議の件"
    assert decode_words(f"[list:1]{word('会議')}") == "[list:1]会議"


@pytest.mark.parametrize(
    "raw",
    [
        "=?utf-8?B?5pel5pys",
        "=?utf-8?X?abc?=",
        "=?utf-8?B",
        "=?not a charset?Q?abc?=",
        "=?",
        "?=",
        "a =? b ?= c",
        "=?utf-8?=",
    ],
)
def test_what_is_no_word_stays_as_it_is(raw: str) -> None:
    assert decode_words(raw) == raw


def test_a_word_that_never_ends_does_not_swallow_the_next() -> None:
    assert decode_words("=?utf-8?Q?lost =?utf-8?Q?found?=") == "=?utf-8?Q?lost found"


def test_iso_2022_jp_may_be_split_with_its_escape_state() -> None:
    whole = "会議の件".encode("iso-2022-jp")
    for cut in range(1, len(whole)):
        raw = f"=?iso-2022-jp?B?{b64(whole[:cut])}?= =?ISO-2022-JP?B?{b64(whole[cut:])}?="
        assert decode_words(raw) == "会議の件", cut


def test_iso_2022_jp_may_be_reset_inside_a_character() -> None:
    raw = "=?iso-2022-jp?B?{}?= =?iso-2022-jp?B?{}?=".format(
        b64(b"\x1b$B2q5\x1b(B"), b64(b"\x1b$BD\x1b(B")
    )
    assert decode_words(raw) == "会議"


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp"])
def test_a_character_may_be_cut_between_words(charset: str) -> None:
    whole = "会議の件について".encode(charset)
    for cut in range(1, len(whole)):
        raw = f"=?{charset}?B?{b64(whole[:cut])}?=\t=?{charset}?B?{b64(whole[cut:])}?="
        assert decode_words(raw) == "会議の件について", cut


def test_base64_may_be_cut_anywhere() -> None:
    whole = b64("会議の件について".encode())
    for cut in range(1, len(whole) - 2):
        raw = f"=?utf-8?B?{whole[:cut]}?= =?utf-8?B?{whole[cut:]}?="
        assert decode_words(raw) == "会議の件について", cut


@pytest.mark.parametrize(
    "payload", ["5pel5pysYQ", "5pel5pysYQ=", "5pel5pysYQ====", "5pel 5pys\tYQ==", "5pel5pysYQ==*"]
)
def test_base64_padding_may_be_wrong(payload: str) -> None:
    assert decode_words(f"=?utf-8?B?{payload}?=") == "日本a"


def test_padding_may_be_missing_in_each_of_several_words() -> None:
    assert decode_words("=?utf-8?B?5pel5pysYQ?= =?utf-8?B?5pel5pysYg?=") == "日本a日本b"


def test_a_payload_of_one_character_says_nothing() -> None:
    assert decode_words("=?utf-8?B?5?=") == ""


def test_raw_japanese_beside_words() -> None:
    raw = "会議".encode("shift_jis") + b" =?iso-2022-jp?B?GyRCMnE1RBsoQg==?="
    assert decode_value(raw) == "会議 会議"


def test_controls_become_spaces() -> None:
    assert decode_value(b"a\x00b\tc\x7f") == "a b c "
    assert decode_value("a\u0085b\u2028c".encode()) == "a b c"
    assert decode_value(b"=?utf-8?Q?a=0Ab=1B[31m?=") == "a b [31m"


def test_an_ideographic_space_is_kept() -> None:
    assert decode_value("山田　太郎".encode()) == "山田　太郎"


@given(st.text(alphabet="=?utf-8QB*ja5pel \t_éあ", max_size=200))
def test_nothing_raises(text: str) -> None:
    decode_words(text).encode()


@given(st.binary(max_size=200), st.sampled_from(["", "shift_jis", "utf-8", "latin-1", "no-such"]))
def test_no_bytes_raise(raw: bytes, charset: str) -> None:
    assert "\n" not in decode_value(raw, charset)


@given(st.text(max_size=80))
def test_what_was_encoded_comes_back(text: str) -> None:
    data = text.encode(errors="replace")
    assert decode_words(f"=?utf-8?B?{b64(data)}?=") == data.decode()


def test_each_word_is_read_once_however_many_there_are() -> None:
    """Not quadratic: every character belongs to at most one word, and none is lost."""
    raw = f"=?broken {word('会議')} =?x?" * 2_000
    found = list(encoded_words(raw))
    assert len(found) == 2_000
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
