"""private_file: "is this file ours?", and replace it whole.

Purpose: code, compiled rules, contacts and what was learnt are believed only
where nobody but their owner or root could have written them, or could have led
us to another file by their own link or directory. Guarantee of replace_file():
readers see the old file or the new one, never a part; a failure (a full disk)
leaves nothing behind; what a dead writer left is removed after STALE seconds.
Known limits: unless it is to `sync`, the file may be damaged after a power failure
and needs a checksum. Access control lists are not looked at. What is asked before
any other module is loaded is in start.py.
"""

from __future__ import annotations

import os
import time
from errno import EPERM

from maildrop_py.start import read_private, why_not_ours, why_path_not_ours

__all__ = [
    "check_private",
    "make_private_directory",
    "read_private",
    "replace_file",
    "why_not_ours",
    "why_path_not_ours",
]

STALE = 60  # seconds; to write such a file takes milliseconds
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def check_private(path: str) -> None:
    """Raises PermissionError where others may change the file or directory; OSError of stat."""
    if why := why_not_ours(os.stat(path), path):
        raise PermissionError(EPERM, why)


def make_private_directory(path: str) -> None:
    """The directory `path`, made for its owner alone if it is missing.

    Raises PermissionError where others may write to it or decide where it is,
    before anything is made.
    """
    path = os.path.abspath(path)
    existing = path
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    if why := why_path_not_ours(existing):
        raise PermissionError(EPERM, why)
    if existing != path:
        os.makedirs(path, mode=0o700, exist_ok=True)
    check_private(path)


def replace_file(path: str, data: bytes, sync: bool = False) -> None:
    """Let the file `path` hold `data`, for its owner alone; raises OSError.

    Its directory is made where it is missing. Where another writer is at work,
    the file is left to that one.
    """
    make_private_directory(os.path.dirname(path))
    draft = f"{path}.new"
    _remove_stale(draft)
    try:
        descriptor = os.open(draft, _CREATE, 0o600)
    except FileExistsError:
        return
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(descriptor)
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
