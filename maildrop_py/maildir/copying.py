"""copying: a message file copied to where no link is possible, whole or not at all.

Guarantee: the copy is written and synced in tmp/ before it gets its name. Its
mtime is that of the original, its mode is 0600, and its name must be free.
Reports: OSError.
"""

from __future__ import annotations

import errno
import os

from maildrop_py.maildir.copy_range import copy_range
from maildrop_py.maildir.exclusive_rename import publish, remove
from maildrop_py.maildir.unique_name import new_base

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def copy_file(source: str, target: str) -> None:
    """Copy the file `source` to the free path `target` in new/ or cur/ of some folder."""
    folder = target.rsplit("/", 2)[0]
    copy = write_copy(folder, source)
    try:
        publish(copy, target)
    finally:
        remove(copy)


def write_copy(folder: str, source: str, skipped: int = 0, head: bytes = b"") -> str:
    """A synced file in tmp/ of `folder`: `head`, then `source` from the byte `skipped` on."""
    reader = os.open(source, _READ)
    try:
        return _write(f"{folder}/tmp/{new_base()}", reader, skipped, head)
    finally:
        os.close(reader)


def _write(path: str, reader: int, skipped: int, head: bytes) -> str:
    found = os.fstat(reader)
    writer = os.open(path, _CREATE, 0o600)
    try:
        os.fchmod(writer, 0o600)
        if head and os.write(writer, head) != len(head):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        copy_range(reader, writer, skipped, found.st_size - skipped)
        os.utime(writer, ns=(found.st_atime_ns, found.st_mtime_ns))
        os.fsync(writer)
    except BaseException:
        remove(path)
        raise
    finally:
        os.close(writer)
    return path


def same_bytes(one: str, other: str, skipped: int = 0, other_skipped: int = 0) -> bool:
    """Whether two files have the same bytes behind the first `skipped` bytes of each."""
    with open(one, "rb") as first, open(other, "rb") as second:
        sizes = [os.fstat(file.fileno()).st_size for file in (first, second)]
        if sizes[0] - skipped != sizes[1] - other_skipped:
            return False
        first.seek(skipped)
        second.seek(other_skipped)
        while piece := first.read(1 << 16):
            if piece != second.read(1 << 16):
                return False
    return True
