"""large_file: a message that is too large for memory, written into tmp/ as it comes in.

The file begins with the lines that delivery puts on top, if they were known
before the rules were asked; the message follows. A filing that wants exactly
this is a link. One with other edits is a copy, made inside the kernel where it
can be.

Guarantee: memory of one piece, whatever the size is. Raises OSError.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.maildir.copy_range import copy_range
from maildrop_py.maildir.tmp_file import TmpFile, WrittenFile
from maildrop_py.maildir.unique_name import wire_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.delivery.spool import Edits
    from maildrop_py.maildir.maildir import Folder


class LargeFile:
    """The file in tmp/ of `folder`: `top`, then `size` bytes of message."""

    __slots__ = ("_file", "_last", "_reader", "_wire_size", "size", "top")

    def __init__(self, folder: Folder, top: bytes) -> None:
        self.top = top
        self.size = 0
        self._wire_size = 0
        self._last = b""
        self._reader = -1
        self._file = TmpFile(folder)

    def create(self) -> None:
        self._file.create()
        self._reader = os.open(self._file.path, os.O_RDONLY | os.O_CLOEXEC)
        self._file.written.write(self.top)

    def append(self, data: bytes) -> None:
        """One more piece of the message."""
        self.size += len(data)
        self._wire_size += wire_size(data, self._last)
        self._last = data[-1:] or self._last
        self._file.written.write(data)

    def content(self, most: int | None = None) -> bytes:
        """The message, or at most so many bytes of it, read into memory."""
        wanted = self.size if most is None else min(most, self.size)
        data = bytearray()
        while len(data) < wanted:
            piece = os.pread(self._reader, wanted - len(data), len(self.top) + len(data))
            if not piece:
                raise OSError(errno.EIO, "file became shorter", self._file.path)
            data += piece
        return bytes(data)

    def close(self) -> None:
        """Remove it from tmp/; other links to it stay. Never raises: mail may be filed by now."""
        self._file.discard()
        self._file.written = WrittenFile()
        reader, self._reader = self._reader, -1
        if reader >= 0:
            try:
                os.close(reader)
            except OSError:
                return  # it was only open for reading

    def write_copy(
        self, folder: Folder, edits: Edits, beginning: bytes, known: int, copies: list[TmpFile]
    ) -> None:
        """Make a link or a copy in tmp/ of `folder`, and append it to `copies`.

        `beginning`, edited, replaces the first `known` bytes of the message.
        """
        if edits.top == self.top and not edits.cuts and self._linked(folder, copies):
            return
        copies.append(TmpFile(folder))
        self._copy(copies[-1].create().written, beginning, known)

    def _linked(self, folder: Folder, copies: list[TmpFile]) -> bool:
        written = self._file.written
        written.size = self.size + len(self.top)
        written.wire_size = self._wire_size + wire_size(self.top)
        copies.append(TmpFile(folder, written))
        linked = copies[-1].create_linked(self._file.path)
        if not linked:
            copies.pop()
        return linked

    def _copy(self, written: WrittenFile, beginning: bytes, known: int) -> None:
        replaced = os.pread(self._reader, known, len(self.top))
        written.write(beginning)
        copy_range(self._reader, written.descriptor, len(self.top) + known, self.size - known)
        written.size = self.size - known + len(beginning)
        written.wire_size = self._wire_size - wire_size(replaced) + wire_size(beginning)
