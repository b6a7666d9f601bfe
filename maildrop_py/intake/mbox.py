"""mbox: the messages of a mailbox file, one at a time, each read when it is wanted.

A message begins with a line `From sender date` at the top of the file or behind
a blank line. The date must look like a date, or sentences that begin with "From "
would cut messages in two. Lines quoted as `>From ` (`>>From ` and so on) lose one
`>`, as in mboxrd. If Content-Length leads to the next such line or to the end of
the file, it is believed, and nothing is unquoted (mboxcl2).

Guarantee: memory of one header and one piece, however large the file and the
messages are. All other bytes stay as they are. The blank line behind each message
belongs to the file, not to the message. [RFC 4155; qmail mbox(5)]

Known limits: in files whose writer quoted `From ` only (mboxo), a line that was
`>From ` originally is unquoted too. What is appended while the file is being read
is not read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from maildrop_py.message.extent import HEAD_LIMIT, message_start
from maildrop_py.message.message import Message
from maildrop_py.regular_file import open_regular

PIECE = 1 << 16  # bytes
_SEPARATOR = re.compile(rb"From .*\d\d?:\d\d.*\b(19|20)\d\d\b")
_QUOTED = re.compile(rb">+From ")
_BLANK = (b"\n", b"\r\n")
_LENGTH = re.compile(rb"(?im)^Content-Length:[ \t]*(\d{1,15})[ \t]*\r?$")


def is_mbox(path: str) -> bool:
    """Whether the file at `path` begins as a mailbox file does; raises OSError."""
    with open(open_regular(path), "rb") as file:
        return _SEPARATOR.match(file.readline(1000)) is not None


def messages_of(path: str, start: int = 0) -> Iterator[Message]:
    """The messages of the file, from the one at the offset `start` on; raises OSError."""
    with open(open_regular(path), "rb") as file:
        file.seek(start)
        scan = _Scan(file, os.fstat(file.fileno()).st_size)
        while (source := scan.next(path)) is not None:
            yield Message(source)


class MboxSource:
    """One message in the file at `path`: a Source, which can be read in pieces too.

    `start` is the offset of its `From ` line, `end` the one behind its last
    byte. `size` is in bytes as delivered, without the `From ` line.
    """

    __slots__ = ("_body", "_head", "end", "path", "size", "start")

    def __init__(self, path: str, start: int, end: int, head: bytes, size: int, body: int) -> None:
        self.path = path
        self.start = start
        self.end = end
        self.size = size
        self._head = head
        self._body = body  # from this offset on, lines are quoted

    def head(self) -> bytes:
        return self._head

    def content(self, most: int | None = None) -> bytes:
        start, held = message_start(self._head), bytearray()
        for piece in self.pieces():
            held += piece
            if most is not None and len(held) - start >= most:
                break
        return bytes(held[start:][:most])

    def pieces(self) -> Iterator[bytes]:
        """The message, its `From ` line on top."""
        with open(open_regular(self.path), "rb") as file:
            file.seek(self.start)
            kept, before = bytearray(), b"\n"
            for at, line in _lines(file, self.start, self.end):
                quoted = at >= self._body and _is_quoted(line, before)
                kept += line[1:] if quoted else line
                before = line
                if len(kept) >= PIECE:
                    yield bytes(kept)
                    kept.clear()
            yield bytes(kept)


def _lines(file: BinaryIO, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Lines, or pieces of very long ones, with their offsets."""
    while at < end and (line := file.readline(min(end - at, PIECE))):
        yield at, line
        at += len(line)


def _is_quoted(line: bytes, before: bytes) -> bool:
    """Whether this is a quoted `From ` line, and not a piece of one long line."""
    return line.startswith(b">") and before.endswith(b"\n") and bool(_QUOTED.match(line))


class _Scan:
    """Reads a file once; `_at` is the offset of the line in `_line`."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._at = file.tell()
        self._line = self._read()

    def next(self, path: str) -> MboxSource | None:
        """The next message; what is before the first one is left out."""
        while self._line and not _SEPARATOR.match(self._line):
            self._step()
        if not self._line:
            return None
        start = self._at
        head = self._head()
        body = self._at
        known = self._by_length(head, body)
        end, quoted = (known, 0) if known is not None else self._body()
        size = end - start - quoted - message_start(head)
        return MboxSource(path, start, end, head[:HEAD_LIMIT], size, body if known is None else end)

    def _head(self) -> bytes:
        """The lines through the blank one."""
        head = bytearray()
        while self._line:
            line = self._line
            if len(head) < HEAD_LIMIT:
                head += line
            self._step()
            if line in _BLANK:
                break
        return bytes(head)

    def _body(self) -> tuple[int, int]:
        """Read up to the next message: where this one ends, how many lines are quoted."""
        quoted, before, end = 0, b"\n", self._at
        while self._line:
            if before in _BLANK and _SEPARATOR.match(self._line):
                break
            quoted += _is_quoted(self._line, before)
            before = self._line
            end = self._at if before in _BLANK else self._at + len(before)
            self._step()
        return end, quoted

    def _by_length(self, head: bytes, body: int) -> int | None:
        """The end by Content-Length, if a message or the file ends there."""
        found = _LENGTH.search(head)
        if found is None:
            return None
        end = body + int(found[1])
        if end > self._size or not self._ends_at(end):
            self._go_to(body)
            return None
        return end

    def _ends_at(self, end: int) -> bool:
        self._go_to(end)
        if self._line in _BLANK:
            self._step()
        return not self._line or _SEPARATOR.match(self._line) is not None

    def _go_to(self, offset: int) -> None:
        self._file.seek(offset)
        self._at = offset
        self._line = self._read()

    def _step(self) -> None:
        self._at += len(self._line)
        self._line = self._read()

    def _read(self) -> bytes:
        return self._file.readline(max(min(PIECE, self._size - self._at), 0))
