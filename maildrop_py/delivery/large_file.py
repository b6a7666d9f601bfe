"""large_file: a message too large for memory, in tmp/ since it began to come in.

The file holds the lines that delivery puts on top, as far as they were known
before the rules were asked, then the message. A filing that wants just that is
a link; one with other edits is a copy, made inside the kernel where it can be.

Guarantee: memory of one piece, whatever the size. Raises OSError.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.delivery.spool import wire_size
from maildrop_py.maildir.maildir import Draft, Written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.delivery.spool import Edits
    from maildrop_py.maildir.maildir import Folder

_PIECE = 256 * 1024  # bytes
_KERNEL_PIECE = 1 << 30  # bytes
_NO_KERNEL_COPY = frozenset(
    {errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}
)


class LargeFile:
    """The file in tmp/ of `folder`: `top`, then `size` bytes of message."""

    __slots__ = ("_draft", "_last", "_reader", "_wire_size", "size", "top")

    def __init__(self, folder: Folder, top: bytes) -> None:
        self.top = top
        self.size = 0
        self._wire_size = 0
        self._last = b""
        self._reader = -1
        self._draft = Draft(folder)

    def create(self) -> None:
        self._draft.create()
        self._reader = os.open(self._draft.path, os.O_RDONLY | os.O_CLOEXEC)
        self._draft.written.write(self.top)

    def append(self, data: bytes) -> None:
        """One more piece of the message."""
        self.size += len(data)
        self._wire_size += wire_size(data, self._last)
        self._last = data[-1:] or self._last
        self._draft.written.write(data)

    def content(self) -> bytes:
        """The message, read into memory."""
        data = bytearray()
        while len(data) < self.size:
            piece = os.pread(self._reader, self.size - len(data), len(self.top) + len(data))
            if not piece:
                raise OSError(errno.EIO, "file became shorter", self._draft.path)
            data += piece
        return bytes(data)

    def close(self) -> None:
        """Remove it from tmp/; other links to it stay. Never raises: mail may be filed by now."""
        self._draft.discard()
        self._draft.written = Written()
        reader, self._reader = self._reader, -1
        if reader >= 0:
            try:
                os.close(reader)
            except OSError:
                return  # it was only read from

    def place(
        self, folder: Folder, edits: Edits, beginning: bytes, known: int, drafts: list[Draft]
    ) -> None:
        """Append to `drafts` a link or a copy in tmp/ of `folder`.

        `beginning`, edited, takes the place of the message's first `known` bytes.
        """
        if edits.top == self.top and not edits.cuts and self._linked(folder, drafts):
            return
        drafts.append(Draft(folder))
        self._copy(drafts[-1].create().written, beginning, known)

    def _linked(self, folder: Folder, drafts: list[Draft]) -> bool:
        written = self._draft.written
        written.size = self.size + len(self.top)
        written.wire_size = self._wire_size + wire_size(self.top)
        drafts.append(Draft(folder, written))
        linked = drafts[-1].create_linked(self._draft.path)
        if not linked:
            drafts.pop()
        return linked

    def _copy(self, written: Written, beginning: bytes, known: int) -> None:
        replaced = os.pread(self._reader, known, len(self.top))
        written.write(beginning)
        copy_range(self._reader, written.descriptor, len(self.top) + known, self.size - known)
        written.size = self.size - known + len(beginning)
        written.wire_size = self._wire_size - wire_size(replaced) + wire_size(beginning)


def copy_range(source: int, target: int, offset: int, length: int) -> None:
    """Append `length` bytes at `offset` of the file `source` to the file `target`."""
    while length:
        copied = _copy_some(source, target, offset, length)
        if not copied:
            raise OSError(errno.EIO, "file became shorter")
        offset += copied
        length -= copied


def _copy_some(source: int, target: int, offset: int, length: int) -> int:
    try:
        copied = os.copy_file_range(source, target, min(length, _KERNEL_PIECE), offset)
    except AttributeError:  # not Linux
        copied = 0
    except OSError as error:
        if error.errno not in _NO_KERNEL_COPY:
            raise
        copied = 0
    if copied:
        return copied
    return os.write(target, os.pread(source, min(length, _PIECE), offset))
