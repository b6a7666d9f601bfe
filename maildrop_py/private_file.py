"""private_file: "is this file ours?", and replace it whole.

Purpose: code, compiled rules, contacts and what was learnt are believed only
where nobody but their owner or root could have written them, or could have led
us to another file by their own link or directory. Guarantee of replace_file():
readers see the old file or the new one, never a part; a failure (a full disk)
leaves nothing behind; what a dead writer left is removed after STALE seconds.
Known limits: it is not synced, so the file may be damaged after a power failure
and needs a checksum. Access control lists are not looked at.
"""

from __future__ import annotations

import os
import stat
import time
from errno import EPERM

STALE = 60  # seconds; to write such a file takes milliseconds
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # no FIFO holds us up
_ANYBODY = stat.S_IWOTH | stat.S_ISVTX  # in a sticky directory, only one's own can be replaced


def why_not_ours(found: os.stat_result, what: str = "it", own_group: bool = False) -> str:
    """Who else can change `what`, whose stat(2) is `found`, in words; "" if nobody but root can.

    With `own_group` the group that has the user's number, or root's, may write.
    """
    if found.st_uid not in (0, os.geteuid()):
        return f"{what} belongs to another user (uid {found.st_uid})"
    if found.st_mode & stat.S_IWOTH:
        return f"{what} is writable for everybody"
    if found.st_mode & stat.S_IWGRP and not (own_group and found.st_gid in (0, os.geteuid())):
        return f"{what} is writable for group {found.st_gid}"
    return ""


def why_path_not_ours(path: str) -> str:
    """Who else can decide where `path` leads, in words; "" if nobody but root can.

    Another user's link or directory on the way could lead to any file of ours.
    `path` is absolute and exists. Raises OSError.
    """
    real = os.path.realpath(path)
    for each in dict.fromkeys((*_steps(path), *_steps(real))):
        found = os.lstat(each)
        if found.st_uid not in (0, os.geteuid()):
            return f"{each} belongs to another user (uid {found.st_uid})"
        if stat.S_ISDIR(found.st_mode) and found.st_mode & _ANYBODY == stat.S_IWOTH:
            return f"{each} is writable for everybody"
    return ""


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


def read_private(path: str) -> bytes:
    """The content of a file that nobody else can have put there; else b""."""
    try:
        with open(os.open(path, _READ), "rb") as file:
            directory = os.path.dirname(path)
            if (
                why_not_ours(os.fstat(file.fileno()))
                or why_not_ours(os.stat(directory))
                or why_path_not_ours(directory)
            ):
                return b""
            return file.read()
    except OSError:
        return b""


def replace_file(path: str, data: bytes) -> None:
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
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _steps(path: str) -> list[str]:
    """Each directory on the way to `path`, below the root, and `path`."""
    ends = [at for at, char in enumerate(path) if char == "/" and at]
    return [*(path[:at] for at in ends), path]


def _remove_stale(draft: str) -> None:
    try:
        if time.time() - os.lstat(draft).st_ctime > STALE:
            os.unlink(draft)
    except FileNotFoundError:
        return
