"""Bytes to text when the charset is declared, wrong, unknown or absent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.charsets import codec_of, decode, guess

JAPANESE = "会議の件について、よろしくお願いします。"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf_8"),
        ("utf8", "utf_8"),
        ('"utf-8"', "utf_8"),
        ("utf-8*ja", "utf_8"),
        ("iso-8859-1", "cp1252"),
        ("ISO_8859-1", "cp1252"),
        ("iso8859-15", "iso8859_15"),
        ("iso-8859-8-i", "iso8859_8"),
        ("x-sjis", "cp932"),
        ("Shift_JIS", "cp932"),
        ("windows-31j", "cp932"),
        ("cswindows31j", "cp932"),
        ("x-euc-jp", "euc_jp"),
        ("ISO-2022-JP-2", "iso2022_jp"),
        ("csISO2022JP", "iso2022_jp"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ("big5", "cp950"),
        ("cp-850", "cp850"),
        ("win-1251", "cp1251"),
        ("windows-1256", "cp1256"),
        ("koi8-r", "koi8_r"),
        ("x-mac-roman", "mac_roman"),
        ("us-ascii", ""),
        ("unknown-8bit", ""),
        ("x-unknown", ""),
        ("", ""),
        ("no such charset", ""),
        ("cp99999", ""),
        ("cp" + "9" * 5000, ""),
        ("ｕｔｆ", ""),
    ],
)
def test_labels_of_real_mail_are_known(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize("label", ["punycode", "idna", "rot13", "unicode_escape", "base64", "zlib"])
def test_python_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    assert codec_of(label) == ""
    assert decode(b"abc", label) == "abc"


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp", "iso-2022-jp"])
@pytest.mark.parametrize(
    "declared", ["us-ascii", "iso-2022-jp", "utf-8", "x-unknown", "", "gb2312"]
)
def test_japanese_survives_a_wrong_charset(charset: str, declared: str) -> None:
    if declared == "gb2312" and charset in ("shift_jis", "euc-jp"):
        pytest.skip("most bytes are valid in gb18030: what is declared counts")
    assert decode(JAPANESE.encode(charset), declared) == JAPANESE


def test_utf8_declared_as_latin_1_is_utf8() -> None:
    assert decode("Müller – Straße".encode(), "iso-8859-1") == "Müller – Straße"


def test_latin_1_declared_as_utf8_is_read() -> None:
    assert decode("Müller, Straße".encode("latin-1"), "utf-8") == "Müller, Straße"


def test_latin_1_has_the_punctuation_of_windows() -> None:
    assert decode(b"\x93quoted\x94 \x80", "iso-8859-1") == "“quoted” €"
    assert decode(b"caf\xe9 \x81", "iso-8859-1") == "café \x81"


def test_a_damaged_character_does_not_spoil_the_rest() -> None:
    damaged = JAPANESE.encode()[:-1]
    assert decode(damaged, "utf-8") == JAPANESE[:-1] + "\ufffd"
    damaged = JAPANESE.encode("shift_jis")[:-1]
    assert decode(damaged, "shift_jis") == JAPANESE[:-1] + "\ufffd"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("회의 안내", "ks_c_5601-1987"),
        ("会议通知", "gb2312"),
        ("朱镕基", "gb2312"),
        ("會議通知", "big5"),
        ("Собрание", "koi8-r"),
        ("Собрание", "windows-1251"),
        ("Ünïcödé", "cp-850"),
        ("ประชุม", "tis-620"),
        ("日本", "utf-7"),
    ],
)
def test_other_scripts_are_read_as_declared(text: str, charset: str) -> None:
    codec = codec_of(charset)
    assert decode(text.encode(codec), charset) == text


@pytest.mark.parametrize(
    "text", ["Viele Grüße", "Füße", "Café", "Müller", "élève", "España", "Jörg Ö.", "naïve déjà-vu"]
)
def test_undeclared_western_text_is_not_taken_for_japanese(text: str) -> None:
    assert guess(text.encode("latin-1")) == text


def test_a_charset_used_nearby_helps_to_guess() -> None:
    assert guess("Собрание".encode("koi8-r"), "koi8-r") == "Собрание"
    assert guess("会议".encode("gb2312"), "gb2312") == "会议"
    assert guess("会議の件".encode("shift_jis"), "iso-2022-jp") == "会議の件"
    assert guess("会議の件".encode("shift_jis"), "utf-8") == "会議の件"
    assert guess("ﾃｽﾄﾒｰﾙ".encode("shift_jis"), "shift_jis") == "ﾃｽﾄﾒｰﾙ"


def test_lone_surrogates_never_come_out() -> None:
    decode(b"+2AA-", "utf-7").encode()
    decode(b"\x00\xd8", "utf-16le").encode()


LABELS = st.sampled_from(
    ["utf-8", "utf-7", "utf-16", "iso-2022-jp", "shift_jis", "euc-jp", "gb2312", "big5", "hz"]
) | st.text(max_size=12)


@given(st.binary(max_size=300), LABELS)
def test_nothing_raises(data: bytes, charset: str) -> None:
    decode(data, charset).encode()
    guess(data, charset).encode()


@given(st.text(max_size=100))
def test_utf8_always_comes_back(text: str) -> None:
    data = text.encode(errors="replace")
    if b"\x1b" not in data:
        assert decode(data, "utf-8") == data.decode()
        assert guess(data) == data.decode()
