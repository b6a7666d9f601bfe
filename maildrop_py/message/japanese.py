"""japanese: ISO-2022-JP, EUC-JP and Shift_JIS as real mail has them.

All three are read into the characters that windows-31j gives (a wave dash is
U+FF5E), with its extensions (circled digits, IBM kanji) and half-width kana,
so that one pattern matches whatever the sender's program used. Never raises;
linear.

Known limits: undeclared bytes valid in both 8-bit charsets are taken as
EUC-JP; kana by shift-out and JIS X 0213 beyond windows-31j are not read.
"""

from __future__ import annotations

import codecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Where the tables of Python's JIS codecs and of windows-31j differ.
_WINDOWS = {
    0x301C: 0xFF5E,
    0x2016: 0x2225,
    0x2212: 0xFF0D,
    0xA2: 0xFFE0,
    0xA3: 0xFFE1,
    0xAC: 0xFFE2,
}
_TO_EUC = bytes(byte | 0x80 if 0x21 <= byte <= 0x7E else byte for byte in range(256))
_PAUSES = (b"\x1b(B\x1b$B", b"\x1b(J\x1b$B", b"\x1b(B\x1b$@")

_HIGH = bytes(range(0x80, 0x100))
_NOT_EUC = bytes(byte for byte in range(0x80, 0xA1) if byte not in (0x8E, 0x8F)) + b"\xff"
_USUAL_LEADS = bytes(range(0x81, 0xA0))
_RARE_LEADS = bytes(range(0xE0, 0xFD))  # second-level kanji; in Latin-1, small accented letters
_HALF_WIDTH = bytes(range(0xA1, 0xE0))
_SHAPE = bytes(
    ord("a" if chr(byte).isalpha() else " ") if byte < 0x80 else ord("x" if byte >= 0xDF else "y")
    for byte in range(256)
)  # letters of ASCII, small letters of Latin-1, other 8-bit bytes
_SAMPLE = 1 << 14  # bytes looked at to tell charsets apart


def has_escapes(data: bytes) -> bool:
    """Whether there are ISO-2022-JP escape sequences in `data`."""
    return b"\x1b" in data and (b"\x1b$" in data or b"\x1b(" in data)


def decode_jis(data: bytes) -> str:
    """ISO-2022-JP (RFC 1468) with half-width kana, JIS X 0212 and windows-31j's rows.

    A line feed ends what an escape sequence began.
    """
    for pause in _PAUSES:  # means nothing, but may be inside a character
        data = data.replace(pause, b"")
    start, *segments = data.split(b"\x1b")
    decoded = [_plain(start)]
    for segment in segments:
        size, read = _reader(segment)
        text, newline, rest = segment[size:].partition(b"\n")
        decoded += read(text), str(newline, "ascii"), _plain(rest)
    return "".join(decoded)


def decode_euc(data: bytes) -> str | None:
    """EUC-JP with windows-31j's rows; None if `data` is not all that."""
    try:
        return str(data, "euc_jp", _WINDOWS_ROWS_ALONE).translate(_WINDOWS)
    except UnicodeDecodeError:
        return None


def likely(data: bytes) -> str:
    """The codec, "euc_jp" or "cp932", that the 8-bit `data` is likely in; "" for neither."""
    sample = data[:_SAMPLE]
    if _is_euc(sample):
        return "euc_jp"
    return "cp932" if _is_shift_jis(sample) else ""


def _is_euc(sample: bytes) -> bool:
    """Valid, but for a character that the end of a longer text has cut."""
    if len(sample.translate(None, _NOT_EUC)) != len(sample) or _is_latin_word(sample):
        return False
    if decode_euc(sample) is not None:
        return True
    whole = sample[:-1]
    return sample[-1] >= 0x80 and _count(whole, _HIGH) >= 4 and decode_euc(whole) is not None


def _is_latin_word(sample: bytes) -> bool:
    """Whether its only pair is inside a word and could be two letters, as in Gr\xfc\xdfe."""
    shape = sample.translate(_SHAPE)
    return b"axxa" in shape and b"y" not in shape and b"xxx" not in shape


def _is_shift_jis(sample: bytes) -> bool:
    """Valid, nothing for private use, and more common kanji than Latin letters look like."""
    try:
        text = str(sample, "cp932")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 1:
            return False
        text = str(sample[: error.start], "cp932")
    if any("\ue000" <= char <= "\uf8ff" or "\x80" <= char <= "\xa0" for char in set(text)):
        return False
    usual, rare, half = (_count(sample, kind) for kind in (_USUAL_LEADS, _RARE_LEADS, _HALF_WIDTH))
    return (usual > 0 and usual >= rare) or (half > 2 and half * 2 > len(sample))


def _count(data: bytes, kind: bytes) -> int:
    return len(data) - len(data.translate(None, kind))


def _reader(segment: bytes) -> tuple[int, Callable[[bytes], str]]:
    """What the escape sequence that `segment` begins with calls for, and its length."""
    for escape, read in _ESCAPES:
        if segment.startswith(escape):
            return len(escape), read
    return 0, _unknown


def _plain(data: bytes) -> str:
    if data.isascii():
        return str(data, "ascii")
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        return _euc(data) if likely(data) == "euc_jp" else str(data, "cp932", "replace")


def _unknown(data: bytes) -> str:
    return "\x1b" + _plain(data)


def _kanji(data: bytes) -> str:
    return _euc(data.translate(_TO_EUC))


def _kana(data: bytes) -> str:
    return str(data.translate(_TO_EUC), "cp932", "replace")


def _supplement(data: bytes) -> str:
    """JIS X 0212, which EUC marks with a byte before each pair."""
    pairs = data.translate(_TO_EUC)
    marked = b"".join(b"\x8f" + pairs[at : at + 2] for at in range(0, len(pairs), 2))
    return str(marked, "euc_jp", "replace")


def _euc(data: bytes) -> str:
    return str(data, "euc_jp", _WINDOWS_ROWS).translate(_WINDOWS)


def _windows_rows(error: UnicodeError) -> tuple[str, int]:
    """The character of a pair that only windows-31j has, for the EUC decoder."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    row, cell = (*error.object[error.start : error.start + 2], 0, 0)[:2]
    if not (0xA1 <= row <= 0xFE and 0xA1 <= cell <= 0xFE):
        return "\ufffd", error.start + 1
    row, cell = row - 0xA1, cell - 0xA1
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row % 2 else cell + 0x40 + (cell >= 63)
    return str(bytes((lead, trail)), "cp932", "replace")[0], error.start + 2


def _windows_rows_alone(error: UnicodeError) -> tuple[str, int]:
    """The same; what is no pair of windows-31j's either ends the decoding."""
    char, behind = _windows_rows(error)
    if char == "\ufffd":
        raise error
    return char, behind


_ESCAPES: tuple[tuple[bytes, Callable[[bytes], str]], ...] = (
    (b"$B", _kanji),
    (b"$@", _kanji),
    (b"(B", _plain),
    (b"(J", _plain),
    (b"(I", _kana),
    (b"$(D", _supplement),
    (b"$(B", _kanji),
    (b"$(Q", _kanji),
    (b"$(O", _kanji),
    (b"(H", _plain),
)
_WINDOWS_ROWS = "maildrop-windows-31j"
_WINDOWS_ROWS_ALONE = "maildrop-windows-31j-alone"
codecs.register_error(_WINDOWS_ROWS, _windows_rows)
codecs.register_error(_WINDOWS_ROWS_ALONE, _windows_rows_alone)
