"""reply: one answer of the server, and which answer an error gets.

Guarantee: whatever the text holds, what is sent is well-formed: no line ends
but ours, no control characters, UTF-8 only where the client asked for it
(RFC 6531 3.7.4.2), no line above 512 bytes (RFC 5321 4.5.3.1.5).
"""

from __future__ import annotations

import errno

from maildrop_py.errors import DiskFull, OverQuota, Permanent, Rejected, Temporary

TEXT_LIMIT = 400  # bytes of text in one line; far below 512 with code and status


class Reply:
    """A reply code (RFC 5321 4.2), an enhanced status (RFC 3463) and words.

    `status` is "" where RFC 2034 wants none (the greeting, LHLO, 354).
    """

    __slots__ = ("code", "status", "text")

    def __init__(self, code: int, status: str, text: str) -> None:
        self.code, self.status, self.text = code, status, text

    def __repr__(self) -> str:
        return f"Reply({self.code}, {self.status!r}, {self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reply) and self.encode(True) == other.encode(True)

    def __hash__(self) -> int:
        return hash((self.code, self.status, self.text))

    def encode(self, utf8: bool = False) -> bytes:
        """The reply as sent; without `utf8`, characters beyond ASCII become `?`."""
        text = self.text
        head = f"{self.code} {self.status} " if self.status else f"{self.code} "
        if text.isascii() and text.isprintable() and len(text) <= TEXT_LIMIT:
            return f"{head}{text}\r\n".encode()
        return _encode_lines(head, text, "utf-8" if utf8 else "ascii")


def _encode_lines(head: str, text: str, encoding: str) -> bytes:
    words = "".join(c if c.isprintable() else " " for c in text).encode(encoding, "replace")
    lines = _cut(words)
    more = head[:3] + "-" + head[4:]
    heads = [more] * (len(lines) - 1) + [head]
    return b"".join(h.encode() + line + b"\r\n" for h, line in zip(heads, lines, strict=True))


def _cut(words: bytes) -> list[bytes]:
    lines = []
    while len(words) > TEXT_LIMIT:
        end = words.rfind(b" ", 1, TEXT_LIMIT) + 1 or TEXT_LIMIT
        while words[end] & 0xC0 == 0x80:  # not inside a UTF-8 character
            end -= 1
        lines.append(words[:end])
        words = words[end:]
    return [*lines, words]


class Refused(Exception):
    """A command that cannot be obeyed; `reply` says why."""

    def __init__(self, code: int, status: str, text: str) -> None:
        super().__init__(text)
        self.reply = Reply(code, status, text)


UNEXPECTED = Reply(451, "4.3.0", "Something unexpected went wrong here; try again later")
REASON_LIMIT = 300  # characters of a reason that a reply gives
DISK_FULL = Reply(452, "4.3.1", "The disk is full")
OVER_QUOTA = Reply(452, "4.2.2", "The mailbox is full")


def answer_to(error: BaseException) -> Reply:
    """The reply that `error` means, with the reason in words.

    What is not known is temporary, 451 4.3.0.
    """
    if isinstance(error, Rejected):
        return Reply(550, "5.7.1", str(error) or "Refused by the recipient's rules")
    if isinstance(error, Permanent):
        return Reply(550, "5.0.0", str(error) or "Refused")
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, DiskFull) or number == errno.ENOSPC:
        return DISK_FULL
    if isinstance(error, OverQuota) or number == errno.EDQUOT:
        return OVER_QUOTA
    return Reply(451, "4.3.0", f"{_reason(error)[:REASON_LIMIT]}; try again later")


def _reason(error: BaseException) -> str:
    if isinstance(error, Temporary) and str(error):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"Something unexpected went wrong here: {type(error).__name__}: {error}"
