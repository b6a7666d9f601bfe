"""charsets: bytes to text, whatever the mail declares, or does not.

`decode` trusts the declared charset as far as the bytes agree with it; `guess`
does without. Neither raises, both are linear, and what cannot be read becomes
U+FFFD. Labels are those of real mail (`x-sjis`, `cp-850`, `ks_c_5601-1987`,
`unknown-8bit`), read as browsers read them: shift_jis is windows-31j, gb2312 is
gb18030, iso-8859-1 is windows-1252.

Known limits: without a declaration only UTF-8, the Japanese charsets and
windows-1252 are told apart.
"""

from __future__ import annotations

import codecs

from maildrop_py.message.japanese import decode_euc, decode_jis, has_escapes, likely

_ALIASES = {
    "utf8": "utf_8 utf8mb4 unicode11utf8 cp65001",
    "utf_7": "utf7 unicode11utf7",
    "utf_16": "utf16",
    "utf_16_le": "utf16le",
    "utf_16_be": "utf16be ucs2 iso10646ucs2",
    "utf_32": "utf32 ucs4 iso10646ucs4",
    "cp932": "shiftjis sjis mskanji windows31j cp932 ms932 windows932 shiftjisms cp943 win31j",
    "euc_jp": "eucjp ujis eucjpms eucjpwin cp51932 eucpkdfmtjapanese euc jisx0208",
    "iso2022_jp": "iso2022jp jis jis7 jis8 cp50220 cp50221 cp50222 iso2022 iso2022jpms",
    "gb18030": "gb18030 gb2312 gb23121980 gbk euccn cngb cp936 ms936 windows936 chinese",
    "hz": "hz hzgb2312",
    "cp950": "big5 cnbig5 xbig5 cp950 windows950",
    "big5hkscs": "big5hkscs",
    "cp949": "ksc56011987 ksc56011989 ksc56011992 ksc5601 euckr korean cp949 uhc ms949 windows949",
    "iso2022_kr": "iso2022kr",
    "johab": "johab",
    "cp874": "tis620 iso885911 cp874 windows874",
    "koi8_r": "koi8r koi8",
    "koi8_u": "koi8u koi8ru",
    "mac_roman": "macroman macintosh mac",
    "mac_cyrillic": "maccyrillic",
    "cp1252": "iso88591 latin1 l1 88591 cp819 ibm819",
}
_CODECS = {alias: codec for codec, aliases in _ALIASES.items() for alias in aliases.split()}
_CODECS["utf8"] = "utf_8"
_MOST_KNOWN = 200  # labels, which senders may make up
_known: dict[str, str] = {}
_LATIN = ("cp1252", "iso8859_15")  # every byte means something: declared is not proved


def decode(data: bytes, charset: str) -> str:
    """`data` as text, declared to be `charset` (any label, "" for none)."""
    codec = codec_of(charset)
    if not codec or codec == "iso2022_jp" or has_escapes(data):
        return guess(data)
    if codec in _LATIN and not data.isascii():
        text = _strict(data, "utf_8")
        if text is not None:
            return text
    text = _strict(data, codec)
    return _repair(data, codec) if text is None else text


def guess(data: bytes, hint: str = "") -> str:
    """`data` as text, of no declared charset; `hint` is one that is used nearby."""
    if has_escapes(data):
        return decode_jis(data)
    if data.isascii():
        return str(data, "ascii")
    text = _strict(data, "utf_8")
    if text is None and hint:
        codec = codec_of(hint)
        text = _strict(data, codec) if codec not in ("", "iso2022_jp") else None
    return _repair(data, "utf_8") if text is None else text


def codec_of(charset: str) -> str:
    """The Python codec for a charset's label; "" for US-ASCII and the unknown.

    Only charsets are found: Python's own codecs (punycode, idna, escapes) may
    take quadratic time or are not charsets.
    """
    codec = _known.get(charset)
    if codec is None:
        codec = _codec_of(charset)
        if len(_known) < _MOST_KNOWN:
            _known[charset] = codec
    return codec


def _codec_of(charset: str) -> str:
    key = "".join(filter(str.isalnum, charset[:64].partition("*")[0].lower()))
    if not key.isascii():
        return ""
    for label in (key, key.removeprefix("x"), key.removeprefix("cs")):
        codec = _CODECS.get(label) or _numbered(label)
        if codec:
            return codec
    return ""


def _numbered(label: str) -> str:
    """iso8859-N, windows-N, cp-N and the like, as far as Python has them."""
    stem = label.rstrip("0123456789ie")
    number = "".join(filter(str.isdigit, label[len(stem) :]))
    if label.startswith("iso8859"):
        name = f"iso8859_{label[7:].rstrip('ie')}"
    elif stem in ("cp", "windows", "win", "ibm", "ms", "dos") and len(number) <= 5:
        name = f"cp{number}"
    else:
        return "iso2022_jp" if label.startswith("iso2022jp") else ""
    try:
        return codecs.lookup(name).name.replace("-", "_")
    except LookupError:
        return ""


def _strict(data: bytes, codec: str) -> str | None:
    """`data` if all of it is valid in `codec`."""
    if codec == "euc_jp":
        return decode_euc(data)
    try:
        text = str(data, codec)
    except (UnicodeError, LookupError):
        return None
    return _without_surrogates(text) if codec.startswith("utf_") and codec != "utf_8" else text


def _repair(data: bytes, codec: str) -> str:
    """`data`, which is not valid in `codec`, as what it most probably is."""
    if codec not in ("utf_8", "cp1252"):
        text = _strict(data, "utf_8")
        if text is not None:
            return text
    text = "" if codec == "cp1252" else str(data, codec, "replace")
    if text and _is_mostly_right(text):
        return _without_surrogates(text)
    japanese = likely(data)
    if japanese:
        return _strict(data, japanese) or str(data, japanese, "replace")
    if codec not in ("utf_8", "cp1252"):
        return _without_surrogates(text)
    return _strict(data, "cp1252") or str(data, "latin-1")


def _is_mostly_right(text: str) -> bool:
    wrong = text.count("\ufffd")
    return wrong * 4 < len(text) - len(text.encode("ascii", "ignore"))


def _without_surrogates(text: str) -> str:
    """Text that UTF-8 can hold: UTF-7 and UTF-16 decode to lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text
