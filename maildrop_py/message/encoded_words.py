"""encoded_words: header text as people read it, RFC 2047 words decoded.

More is read than the RFC allows, because real mail has it: words inside quoted
strings and inside other words, spaces in them, a character cut in two between
words, base64 cut anywhere or without padding, RFC 2231 language tags, wrong
and unknown charsets, and no encoding at all. Never raises; linear.

Known limits: a word without its `?=` is left as it is; so is what a `?=` inside
a Q word cuts off.
"""

from __future__ import annotations

from binascii import a2b_base64, a2b_qp

from maildrop_py.message.charsets import decode, guess
from maildrop_py.message.normal_form import composed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARSET_LIMIT = 75  # characters, RFC 2047 2: the length of a whole word
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")


def decode_value(raw: bytes, charset: str = "") -> str:
    """An unfolded field body as text, in NFC; `charset` is what its raw 8-bit bytes may be in."""
    text = guess(raw, charset)
    if "=?" in text:
        text = decode_words(text)
    return composed(text if text.isprintable() else without_controls(text))


def without_controls(text: str) -> str:
    """`text` with a space for each control character and line separator."""
    return text.translate(_CONTROLS)


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded, and the white space between two of them gone."""
    decoded: list[str] = []
    run: list[Word] = []
    done = 0
    for word in encoded_words(text):
        between = text[done : word.start]
        adjacent = bool(run) and not between.strip(" \t\r\n")
        if run and not (adjacent and run[-1].charset == word.charset):
            decoded.append(_decode_run(run))
            run = []
        if not adjacent:
            decoded.append(between)
        run.append(word)
        done = word.end
    if run:
        decoded.append(_decode_run(run))
    decoded.append(text[done:])
    return "".join(decoded)


class Word:
    """One encoded word, text[start:end]."""

    __slots__ = ("base64", "charset", "end", "payload", "start")

    def __init__(self, text: str, start: int, payload: int, close: int) -> None:
        self.start = start
        self.end = close + 2
        self.base64 = text[payload - 2] in "bB"
        self.charset = text[start + 2 : payload - 3].partition("*")[0].lower()
        self.payload = text[payload:close]

    @property
    def is_cut(self) -> bool:
        """Whether base64 ends inside a group of four and is not padded."""
        return len(self.payload) % 4 > 0 and not self.payload.endswith("=")

    def content(self) -> bytes:
        """The bytes that the word encodes, in its charset."""
        if self.base64:
            return _base64(self.payload)
        return a2b_qp(self.payload.encode(errors="replace"), header=True)


def encoded_words(text: str) -> Iterator[Word]:
    """The encoded words from left to right; each character is looked at a few times at most."""
    close = 0
    start = text.find("=?")
    while start >= 0:
        payload = _payload_start(text, start)
        if payload and close < payload:
            close = text.find("?=", payload)
            if close < 0:
                return
        if payload and text.find("=?", payload, close) < 0:
            yield Word(text, start, payload, close)
            start = text.find("=?", close + 2)
        else:
            start = text.find("=?", start + 1)


def _payload_start(text: str, start: int) -> int:
    """Where the payload begins of the word that begins at `start`; 0 if it is none."""
    mark = text.find("?", start + 2, start + 2 + _CHARSET_LIMIT)
    if mark < 0 or text[mark + 1 : mark + 3].lower() not in ("b?", "q?"):
        return 0
    return 0 if " " in text[start:mark] else mark + 3


def _decode_run(run: list[Word]) -> str:
    """Adjacent words of one charset, together: a character may be cut between them."""
    charset = run[0].charset
    if len(run) > 1 and any(word.base64 and word.is_cut for word in run):
        text = decode(_joined(run), charset)
        if text.isprintable() and "\ufffd" not in text:
            return text
    return decode(b"".join(word.content() for word in run), charset)


def _joined(run: list[Word]) -> bytes:
    """The content of words whose base64 was cut up with no regard to its groups of four."""
    content: list[bytes] = []
    held = ""
    for word in run:
        if word.base64:
            held += word.payload
        else:
            content += _base64(held), word.content()
            held = ""
    content.append(_base64(held))
    return b"".join(content)


def _base64(payload: str) -> bytes:
    """What can be decoded, whatever padding is missing, misplaced or too much."""
    return b"".join(map(_unpadded, payload.encode(errors="replace").split(b"=")))


def _unpadded(data: bytes) -> bytes:
    data = data.translate(None, _NOT_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    return a2b_base64(data + b"=" * (-len(data) % 4))
