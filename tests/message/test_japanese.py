"""ISO-2022-JP, EUC-JP and Shift_JIS with the extensions that mail has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.charsets import decode, guess
from maildrop_py.message.japanese import decode_euc, decode_jis, likely


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B2q5D\x1b(B", "会議"),
        (b"\x1b$@2q5D\x1b(J", "会議"),
        (b"a\x1b$B2q\x1b(Bb\x1b$B5D\x1b(Bc", "a会b議c"),
        (b"\x1b(I6^\x1b(B", "ｶﾞ"),
        (b'\x1b$B-!-"\x1b(B', "①②"),
        (b"\x1b$B|b\x1b(B", "髙"),
        (b"\x1b$(D0!\x1b(B", "丂"),
        (b"\x1b$B!A\x1b(B", "～"),
        (b"\x1b$B2q5D", "会議"),
        (b"\x1b$B2q5", "会\ufffd"),
        (b"\x1b$B2q5D\nplain", "会議\nplain"),
        (b"\x1b[31mred", "\x1b[31mred"),
        (b"", ""),
    ],
)
def test_iso_2022_jp_is_read(data: bytes, text: str) -> None:
    assert decode_jis(data) == text


def test_escape_sequences_of_terminals_are_not_japanese() -> None:
    assert decode(b"\x1b[31mred", "utf-8") == "\x1b[31mred"


@pytest.mark.parametrize("text", ["髙橋 ①", "～と－", "ｶﾀｶﾅ", "㈱丸善", "纊"])
def test_windows_extensions_are_read(text: str) -> None:
    assert decode(text.encode("cp932"), "shift_jis") == text
    assert decode(text.encode("cp932"), "windows-31j") == text


def test_euc_jp_has_the_rows_of_windows() -> None:
    assert decode_euc(b"\xad\xa1 \xfc\xe2 \xb2\xf1") == "① 髙 会"
    assert decode_euc(b"\x8e\xb1\xa1\xc1") == "ｱ～"
    assert decode_euc(b"\xb2") is None
    assert decode_euc(b"\x82\xa0") is None


WRITTEN = [
    "会議",
    "テスト",
    "会議の件について",
    "Re: お見積りの件",
    "【重要】カード番号の確認",
    "テスト ｶﾞｿﾘﾝ",
    "請求書在中",
]


@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "iso2022_jp_ext", "utf_8"])
def test_charsets_are_told_apart(text: str, codec: str) -> None:
    assert guess(text.encode(codec)) == text


def test_a_character_cut_at_the_end_does_not_mislead() -> None:
    assert likely("会議の件".encode("cp932")[:-1]) == "cp932"
    assert likely("会議の件".encode("euc_jp")[:-1]) == "euc_jp"
    assert likely("会議の件".encode("cp932") * 5000) == "cp932"
    assert likely("会議の件".encode("euc_jp") * 5000 + b"a") == "euc_jp"


@pytest.mark.parametrize("data", [b"Caf\xe9", b"\xe9l\xe8ve", b"\xc4 \xd6", b"\xff\xfe", b"\x80"])
def test_other_bytes_are_not_japanese(data: bytes) -> None:
    assert likely(data) == ""


def test_bytes_valid_in_both_charsets_are_taken_as_euc() -> None:
    assert likely("電話".encode("euc_jp")) == likely("ﾅﾅﾏﾃ".encode("cp932")) == "euc_jp"
    assert likely("ﾃｽﾄ".encode("cp932")) == "cp932"


@given(st.binary(max_size=300))
def test_nothing_raises(data: bytes) -> None:
    decode_jis(data).encode()
    decode_jis(b"\x1b$B" + data).encode()
    assert likely(data) in ("", "euc_jp", "cp932")


KANA = st.text(
    alphabet="あいうえおかきくけこアイウエオ、。会議重要確認電話番号", min_size=4, max_size=40
)


@given(KANA)
def test_ordinary_japanese_is_recognised(text: str) -> None:
    assert guess(text.encode("cp932")) == text
    assert guess(text.encode("euc_jp")) == text
    assert guess(text.encode("iso2022_jp")) == text
