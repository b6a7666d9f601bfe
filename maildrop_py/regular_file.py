"""regular_file: open files that somebody else can replace, without being held up.

A user can put a FIFO, a device or a socket where a file is expected, and opening
or reading it could wait for ever. Guarantee: open_regular() returns at once, and
only for a regular file. Reports: OSError as the system gives it, and with EINVAL
for what is not a regular file.
"""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(path: str, flags: int = os.O_RDONLY, *, follow_link: bool = True) -> int:
    """A descriptor of the regular file `path`; a symbolic link is refused unless `follow_link`.

    What `flags` make is for its owner alone.
    """
    try:
        descriptor = os.open(path, flags | _FLAGS | (0 if follow_link else os.O_NOFOLLOW), 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow_link:
            raise OSError(errno.ELOOP, "is a symbolic link, not followed", path) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", path)
    return descriptor


def read_regular(path: str, most: int) -> bytes:
    """The first `most` bytes of the regular file `path`."""
    with open(open_regular(path), "rb") as file:
        return file.read(most)
