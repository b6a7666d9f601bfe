"""sync: make the entries of directories durable, so that filed mail survives a power failure.

Reports: OSError as the file system gives it. A file system that cannot sync
directories (CIFS) is not an error.
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def sync_directory(path: str) -> None:
    """Make the entries of a directory durable, where its file system can (CIFS cannot)."""
    descriptor = os.open(path, _DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise
    finally:
        os.close(descriptor)


def sync_directories(paths: Iterable[str]) -> None:
    """sync_directory() for each different path."""
    for path in dict.fromkeys(paths):
        sync_directory(path)
