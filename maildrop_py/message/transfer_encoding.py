"""transfer_encoding: takes a part's transfer encoding off (RFC 2045 6).

More is read than the RFC allows, as mail programs do: base64 with anything
between its letters, with padding in the middle, missing or too much, and with
text behind it, which stays as it is; blanks behind a soft line break; uuencoded
lines without a `begin`. What is declared and unknown counts as no encoding. Never
raises; time and memory are linear.

Known limits: of base64 with thousands of paddings in the middle, what is behind
MOST_PADDINGS of them stays as it is.
"""

from __future__ import annotations

import binascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _LETTERS)
_UU = ("x-uuencode", "uuencode", "uue", "x-uue")
_BLOCK = 1 << 16  # bytes: lines are taken apart so many at a time, which bounds memory
_LONGEST_LINE = 1 << 10  # bytes: a longer line is not uuencoded
_SAMPLE = 1 << 12  # bytes that show whether the declaration is true
MOST_PADDINGS = 1000


def encoding_named(raw: bytes) -> str:
    """The encoding that a Content-Transfer-Encoding field's body names, in lower case.

    Comments, blanks, quotes, and what is behind a semicolon are left out;
    "" where nothing is encoded.
    """
    raw = without_comments(raw).partition(b";")[0].strip(b" \t\"'")
    words = str(raw, "latin-1").lower().split(None, 1)
    name = words[0] if words else ""
    return name if name in ("base64", "quoted-printable", *_UU) else ""


def seems_encoded(data: bytes, start: int, encoding: str) -> bool:
    """Whether the message that begins at data[start] is really in that encoding."""
    sample = data[start : start + _SAMPLE]
    if encoding == "quoted-printable":
        signs = sample.split(b"=", 20)[1:-1]
        return bool(signs) and all(_is_escape(sign) for sign in signs)
    return b":" not in sample.lstrip().partition(b"\n")[0]


def _is_escape(text: bytes) -> bool:
    return text[:1].isspace() or not text[:2].strip(b"0123456789ABCDEFabcdef")


def without_comments(raw: bytes) -> bytes:
    """A field's body without its comments (RFC 5322 3.2.2); one that never closes stays."""
    if b"(" not in raw:
        return raw
    kept: list[bytes] = []
    depth = 0
    for piece in raw.replace(b"(", b"\0(").replace(b")", b"\0)").split(b"\0"):
        if piece.startswith(b"("):
            depth += 1
        elif piece.startswith(b")") and depth:
            depth -= 1
            piece = piece[1:]
        kept += [] if depth else [piece]
    return raw if depth else b" ".join(kept)


def decoded(data: bytes, encoding: str) -> bytes:
    """The content that `data` encodes, in an encoding that `encoding_named` gave."""
    if encoding == "base64":
        return from_base64(data)
    if encoding == "quoted-printable":
        return _from_quoted_printable(data)
    return b"".join(map(_from_uu, _line_blocks(data))) if encoding else data


def from_base64(data: bytes) -> bytes:
    """All that can be decoded: each run of letters between two paddings by itself."""
    padding = data.find(b"=")
    behind = data[padding:].strip(b"=\r\n\t ") if padding >= 0 else b""
    if not behind:
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:  # padding that does not fit
            return _unpadded(data.translate(None, _NOT_BASE64))
    content: list[bytes] = []
    start = 0
    while start < len(data) and len(content) < MOST_PADDINGS:
        piece = data[start : padding if padding >= 0 else len(data)]
        if start and not _is_base64(piece):
            break
        content.append(_unpadded(piece.translate(None, _NOT_BASE64)))
        start = padding + 1 if padding >= 0 else len(data)
        padding = data.find(b"=", start)
    return b"".join((*content, data[start:]))


def _is_base64(piece: bytes) -> bool:
    """Whether what is behind a padding goes on in base64, and is not text."""
    return piece[:1] not in (b" ", b"\t") and not piece.translate(None, _LETTERS + b"\r\n\t ")


def _unpadded(letters: bytes) -> bytes:
    """Letters alone; a last one that is not a whole byte is passed over."""
    extra = len(letters) % 4
    if extra == 1:
        letters = letters[:-1]
    elif extra:
        letters += b"=" * (4 - extra)
    return binascii.a2b_base64(letters)


def _from_quoted_printable(data: bytes) -> bytes:
    """Blanks at the end of a line were added on the way and are deleted (RFC 2045 6.7)."""
    if any(blank in data for blank in (b" \n", b"\t\n", b" \r", b"\t\r")):
        data = b"".join(map(_without_trailing_blanks, _line_blocks(data)))
    return binascii.a2b_qp(data.rstrip(b" \t"))


def _without_trailing_blanks(block: bytes) -> bytes:
    end = b"\r\n" if b"\r\n" in block else b"\n"
    return end.join([line.rstrip(b" \t\r") for line in block.split(b"\n")])


def _from_uu(block: bytes) -> bytes:
    lines = block.split(b"\n")
    return b"".join([_uu_line(line) for line in lines if 1 < len(line) <= _LONGEST_LINE])


def _uu_line(line: bytes) -> bytes:
    """One line; what some encoders leave too long is cut to the length that it names."""
    line = line.rstrip(b"\r")
    if line.startswith(b"begin ") or line == b"end":
        return b""
    wanted = (((line[0] - 32) & 63) * 4 + 5) // 3 + 1 if line else 0
    try:
        return binascii.a2b_uu(line[:wanted])
    except binascii.Error:
        return b""


def _line_blocks(data: bytes) -> Iterator[bytes]:
    """`data` in pieces that end with a line, but for very long lines."""
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + _BLOCK) + 1 or start + _BLOCK
        yield data[start:end]
        start = end
