"""stamps: whether the files that a set of rules was made from have changed.

Compiled rules are good as long as all stamps are.
"""

from __future__ import annotations

import os

Stamp = tuple[str, int, int, int, int, int, int, int]
"""path, then device, inode, size, mtime and ctime in ns, mode, owner; -1 if missing."""


def stamp(path: str) -> Stamp:
    """What tells the file's present content and permissions from any other."""
    try:
        s = os.stat(path)
    except OSError:
        return (path, -1, -1, -1, -1, -1, -1, -1)
    return (path, s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_mode, s.st_uid)


def unchanged(stamps: tuple[Stamp, ...]) -> bool:
    """Whether every file still is what its stamp says."""
    return all(stamp(known[0]) == known for known in stamps)
