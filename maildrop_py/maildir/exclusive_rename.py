"""exclusive_rename: give a file a name that must be free; nothing is ever overwritten.

Linux's renameat2(2) with RENAME_NOREPLACE moves a file in one step: at every
instant it has the old name or the new one. Python has no function for it, so
that of the C library is called.

Reports: OSError as the system call gives it, FileExistsError if the name is taken.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from functools import cache

from maildrop_py.maildir.tmp_file import NO_LINKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_AT_FDCWD = -100
_NOREPLACE = 1
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})


class Unsupported(Exception):
    """The C library, the kernel or the file system (NFS, old FUSE) has no exclusive rename."""


def rename(source: str, target: str) -> None:
    """Give the file `source` the name `target` instead, in one step; or raise Unsupported."""
    call, last_error = _system_call()
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _NOREPLACE):
        number = last_error()
        if number in _UNSUPPORTED:
            raise Unsupported
        raise OSError(number, os.strerror(number), source, None, target)


def prepare() -> None:
    """Load what rename() needs; else the first call takes many milliseconds longer."""
    with suppress(Unsupported):
        _system_call()


@cache
def _system_call() -> tuple[Callable[..., int], Callable[[], int]]:
    try:
        import ctypes

        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (ImportError, OSError, AttributeError):
        raise Unsupported from None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call, ctypes.get_errno


def link(source: str, target: str) -> bool:
    """Give the file `source` the name `target` too; False if no hard link is possible."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return False
    return True


def rename_if_free(source: str, target: str) -> None:
    """Give the file `source` the name `target` instead, where rename() and link() cannot.

    If two processes want the same name at the same time, one may overwrite the other.
    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.rename(source, target)


def publish(path: str, target: str) -> None:
    """Move the file `path`, which no other program knows, to `target`."""
    if link(path, target):
        remove(path)
    else:
        rename_if_free(path, target)


def remove(path: str) -> None:
    """Remove a name if it exists; never raises OSError. Does nothing for ""."""
    if path:
        try:
            os.unlink(path)
        except OSError:
            return
