"""command_lines: command lines out of a stream that is cut anywhere.

A line ends with CR LF (RFC 5321 2.3.8). One with a bare LF in it is refused as
a whole, up to its CR LF, so that nothing hidden behind an LF is obeyed. So is
one above the limit; what is dropped is not held, and never more than the
limit is held of a line that is not finished.
"""

from __future__ import annotations

from maildrop_py.lmtp.fixed_replies import BAD_CHARACTER, BARE_LF, LINE_TOO_LONG
from maildrop_py.lmtp.reply import Reply

CONTROLS = bytes(range(32)) + b"\x7f"
CR = 13


class CommandLines:
    """What one client sent and has not been understood yet."""

    __slots__ = ("_data", "_limit", "_position", "_skipping")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = b""
        self._position = 0
        self._skipping = False

    def add(self, data: bytes) -> None:
        """Append what came."""
        self._data = self._data[self._position :] + data if self._data else data
        self._position = 0

    def rest(self) -> bytes:
        """Take all that is left: it is not commands."""
        data = self._data[self._position :] if self._position else self._data
        self._data, self._position = b"", 0
        return data

    def take(self) -> str | Reply | None:
        """The next line, or the refusal of a bad one; None until more comes."""
        if self._skipping and not self._skip():
            return None
        data, start = self._data, self._position
        end = data.find(b"\n", start, start + self._limit)
        if end < 0:
            if len(data) - start < self._limit:
                return None
            return self._refuse(LINE_TOO_LONG, start + self._limit - 1)
        if end == start or data[end - 1] != CR:
            return self._refuse(BARE_LF, end + 1)
        self._position = end + 1
        return _readable(data[start : end - 1])

    def _refuse(self, reply: Reply, position: int) -> Reply:
        self._skipping = True
        self._position = position
        return reply

    def _skip(self) -> bool:
        end = self._data.find(b"\r\n", self._position)
        if end >= 0:
            self._skipping = False
            self._position = end + 2
            return True
        self._data = b"\r" if self._data.endswith(b"\r", self._position) else b""
        self._position = 0
        return False


def _readable(line: bytes) -> str | Reply:
    if line.translate(None, CONTROLS) != line:
        line = line.rstrip(b" \t")  # RFC 5321 4.1.1 tolerates white space at the end
        if line.translate(None, CONTROLS) != line:
            return BAD_CHARACTER
    try:
        return line.decode().rstrip(" ")
    except UnicodeDecodeError:
        return BAD_CHARACTER
