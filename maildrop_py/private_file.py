"""private_file: a file of what can be made again, put in place of the old one in one step.

By way of `<path>.new`, which only one writer at a time has. Guarantee: readers
see the old file or the new one, never a part; a failure (a full disk) leaves
nothing behind, and what a dead writer left is taken away after STALE seconds.
Not synced: after a power failure the file may be damaged, so it needs a
checksum.
"""

from __future__ import annotations

import os
import time

STALE = 60  # seconds; to write such a file takes milliseconds
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def replace_file(path: str, data: bytes) -> None:
    """Let the file `path` hold `data`, for its owner alone; raises OSError.

    Where another writer is at it, it is left to that one.
    """
    draft = f"{path}.new"
    _remove_stale(draft)
    try:
        descriptor = os.open(draft, _CREATE, 0o600)
    except FileExistsError:
        return
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _remove_stale(draft: str) -> None:
    try:
        if time.time() - os.lstat(draft).st_ctime > STALE:
            os.unlink(draft)
    except FileNotFoundError:
        return
