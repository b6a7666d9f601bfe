"""sweep: remove what deliveries that died have left in tmp/.

A file in tmp/ that has not changed for 36 hours is garbage, says maildir(5). The
inode's change time decides, because nobody can set it back (a message that is
being moved keeps an old mtime). Only regular files are removed. Never raises
OSError: the next sweep tries again.
"""

from __future__ import annotations

import os
import stat
import time

GARBAGE_AGE = 36 * 3600  # seconds


def sweep(folder: str, now: float | None = None) -> int:
    """Remove the garbage in tmp/ of the directory `folder`; how many files were removed.

    `now` is in seconds since 1970.
    """
    oldest = (time.time() if now is None else now) - GARBAGE_AGE
    try:
        with os.scandir(f"{folder}/tmp") as entries:
            return sum([_remove_if_old(entry.path, oldest) for entry in entries])
    except OSError:
        return 0


def _remove_if_old(path: str, oldest: float) -> bool:
    try:
        found = os.lstat(path)
        if stat.S_ISREG(found.st_mode) and found.st_ctime < oldest:
            os.unlink(path)
            return True
    except OSError:
        return False
    return False
