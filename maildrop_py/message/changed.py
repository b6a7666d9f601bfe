"""changed: a message that a rule has changed, as a source of its own.

It is in a file without a name, so that a large one needs no more memory than a
small one; the file goes when nothing uses the source any more.

Reports OSError: a full disk.
"""

from __future__ import annotations

import os

from maildrop_py.message.extent import message_start
from maildrop_py.message.source import BytesSource, cut_head, read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO

    from maildrop_py.message.source import Source

PIECE = 1 << 18  # bytes read at once


class UnnamedFile:
    """A Source whose bytes are in an unnamed file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._head: bytes | None = None

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size - message_start(self.head())

    def head(self) -> bytes:
        if self._head is None:
            os.lseek(self._file.fileno(), 0, os.SEEK_SET)
            self._head, _ = read_head(self._file.fileno())
        return self._head

    def content(self, most: int | None = None) -> bytes:
        data = b"".join(self.pieces())
        return data[message_start(data) :][:most]

    def pieces(self) -> Iterable[bytes]:
        """All bytes, `From ` line included, a piece at a time."""
        at = 0
        while piece := os.pread(self._file.fileno(), PIECE, at):
            at += len(piece)
            yield piece

    def open(self) -> int:
        """A descriptor to read from; the caller closes it."""
        return os.dup(self._file.fileno())


def unnamed_file() -> IO[bytes]:
    """A new unnamed file to write a changed message into."""
    from tempfile import TemporaryFile

    return TemporaryFile(buffering=0)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write the whole of `data`, which an unbuffered file may take in several pieces."""
    left = memoryview(data)
    while left:
        left = left[os.write(file.fileno(), left) :]


def pieces_of(source: Source) -> Iterable[bytes]:
    """The bytes of a source, a piece at a time where it can."""
    if isinstance(source, UnnamedFile):
        return source.pieces()
    return (source.content(),)


def joined(head: bytes, source: Source) -> Source:
    """In memory: `head`, and the body of `source`."""
    whole = source.content()
    old = source.head()
    return BytesSource(head + whole[len(old) - message_start(old) :])


__all__ = ["UnnamedFile", "cut_head", "joined", "pieces_of", "unnamed_file", "write_all"]
