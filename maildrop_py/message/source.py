"""source: where a message's bytes are; no more is read than is asked for.

Reports: a FileSource raises OSError as the file system gives it, among them
FileNotFoundError when another program has moved the message meanwhile.
"""

from __future__ import annotations

import os

from maildrop_py.message.extent import HEAD_LIMIT, head_end, message_start
from maildrop_py.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Source(Protocol):
        """Where a message's bytes are."""

        @property
        def size(self) -> int:
            """Bytes of the whole message, without a `From ` line on top."""

        def head(self) -> bytes:
            """The bytes through the blank line that ends the header, `From ` line included.

            At most HEAD_LIMIT bytes; shorter only if the message is.
            """

        def content(self, most: int | None = None) -> bytes:
            """The message, `size` bytes or at most so many; without its `From ` line."""


_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FIRST_READ = 1 << 12  # bytes: holds the header of most messages, and less of their bodies


def cut_head(data: bytes) -> bytes:
    """The head of a message that begins with `data`."""
    data = data[:HEAD_LIMIT] if len(data) > HEAD_LIMIT else data
    end = head_end(data)
    return data[:end] if end >= 0 else data


UNDECLARED = -1
"""The size of a message that has not come, and whose size nobody said."""


class BytesSource:
    """A message in memory."""

    __slots__ = ("_data", "_from_line")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._from_line = message_start(data)

    @property
    def size(self) -> int:
        return len(self._data) - self._from_line

    def head(self) -> bytes:
        return cut_head(self._data)

    def content(self, most: int | None = None) -> bytes:
        return self._data[self._from_line :][:most]


class FileSource:
    """A message in a regular file, of which no more is read than its head needs.

    A symbolic link is not followed, and a FIFO is not waited for: OSError.
    """

    __slots__ = ("_head", "_start", "_whole", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._head: bytes | None = None
        self._start = -1  # of the message in the file; -1 until it was looked for
        self._whole: bytes | None = None  # of a message that was read to its end at once

    @property
    def size(self) -> int:
        return os.stat(self.path).st_size - self.start

    def head(self) -> bytes:
        if self._head is None:
            self._head = self._read_head()
        return self._head

    @property
    def start(self) -> int:
        """Where the message begins in the file, behind blank lines and a `From ` line."""
        if self._start < 0:
            self._start = message_start(self.head())
        return self._start

    def content(self, most: int | None = None) -> bytes:
        start = self.start
        data = self._whole
        if data is None:
            data = _read_to(self.open(), None if most is None else start + most)
        return data[start:] if start else data

    def open(self) -> int:
        """A descriptor to read the file from; the caller closes it."""
        return open_regular(self.path, follow_link=False)

    def _read_head(self) -> bytes:
        try:
            descriptor = os.open(self.path, _READ)
        except OSError:
            os.close(self.open())  # it says better what is wrong
            raise
        try:
            head, self._whole = read_head(descriptor)
        finally:
            os.close(descriptor)
        if not head:
            os.close(self.open())  # a FIFO is empty too
        return head


def _read_to(descriptor: int, end: int | None) -> bytes:
    """The file from its beginning to `end`, all of it for None; the descriptor is closed.

    Room is made for what there is only: for all that might be read, it takes longer than
    to read most messages.
    """
    blocks: list[bytes] = []
    try:
        size = os.fstat(descriptor).st_size
        left = size if end is None else min(size, end)
        while left > 0 and (block := os.read(descriptor, left)):
            blocks.append(block)
            left -= len(block)
    finally:
        os.close(descriptor)
    return blocks[0] if len(blocks) == 1 else b"".join(blocks)


def read_head(descriptor: int) -> tuple[bytes, bytes | None]:
    """The head, at most HEAD_LIMIT bytes, read from the start; and the whole of a short file.

    Each read is four times as long, so that looking for the end stays linear.
    """
    data = more = os.read(descriptor, _FIRST_READ)
    end, wanted = head_end(data), _FIRST_READ
    while end < 0 and more and len(data) < HEAD_LIMIT:
        if len(data) >= wanted:
            wanted *= 4
        more = os.read(descriptor, min(wanted, HEAD_LIMIT) - len(data))
        data += more
        end = head_end(data)
    return data[:end] if end >= 0 else data, data if len(data) < _FIRST_READ else None
