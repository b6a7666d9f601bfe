"""copy_range: bytes copied from one file to another, inside the kernel where it can be done.

Guarantee: memory of one piece, however many bytes are copied. Raises OSError.
"""

from __future__ import annotations

import errno
import os

_PIECE = 256 * 1024  # bytes
_KERNEL_PIECE = 1 << 30  # bytes
_NO_KERNEL_COPY = frozenset(
    {errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}
)


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
