"""log_file: lines appended to a file that many processes write, and that is rotated.

Before a line is added to a file of LARGEST bytes, or to one of an earlier month, the file is
renamed: `deliveries.jsonl` becomes `deliveries-2026-11-001.jsonl`, and is then compressed
to `….jsonl.gz`. Guarantee: no line is lost by it. A writer holds a shared lock
(flock) and looks whether the file still has its name; who renames holds the
lock alone; what is renamed gets no more lines. The compressed file is durable before
the other is removed. What a killed process leaves is compressed at the next
rotation. Old files are never deleted.

Known limits: a lock that somebody keeps for longer than PATIENCE seconds is not waited
for; then the file is not rotated, and lines are written without the lock. What is
not a regular file (a pipe, /dev/stdout) is written to as it is.
"""

from __future__ import annotations

import os
import stat
import time
from errno import EPERM
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock

from maildrop_py.private_file import make_private_directory, why_path_not_ours

LARGEST = 10 * 1024 * 1024  # bytes
PATIENCE = 0.1  # seconds
_PAUSE = 0.002  # seconds
_STALE = 600.0  # seconds; to compress a file takes less than one
_ATTEMPTS = 10
_PIECE = 1 << 18  # bytes
_GZIP = 31  # wbits of zlib: the largest window, in the gzip format (RFC 1952)

# A FIFO that nobody reads is an error and no reason to wait.
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def append(path: str, lines: bytes, now: float) -> None:
    """Add whole lines to the file `path`, which is made if it is missing; raises OSError."""
    path = os.path.abspath(path)
    for _ in range(_ATTEMPTS):
        descriptor = _opened(path)
        try:
            if _appended(descriptor, path, lines, now):
                return
        finally:
            os.close(descriptor)
    raise OSError("it is renamed again and again")


def rotated_files(path: str) -> list[str]:
    """The files that `path` was rotated to, oldest first."""
    directory, name = os.path.split(os.path.abspath(path))
    stem, ending = os.path.splitext(name)
    try:
        names = set(os.listdir(directory))
    except OSError:
        return []
    found = []
    for each in sorted(names):
        plain = each.removesuffix(".gz")
        middle = plain.removesuffix(ending).removeprefix(f"{stem}-")
        if plain != f"{stem}-{middle}{ending}" or not _is_number(middle):
            continue
        if each == plain and f"{plain}.gz" in names:
            continue  # compressed already; its removal is yet to come
        found.append(f"{directory}/{each}")
    return found


def _is_number(middle: str) -> bool:
    """Whether this is `2026-11-001`."""
    parts = middle.split("-")
    return [*map(len, parts[:2])] == [4, 2] and len(parts) == 3 and all(map(str.isdigit, parts))


def _opened(path: str) -> int:
    directory = os.path.dirname(path)
    try:
        if os.geteuid() == 0 and (why := why_path_not_ours(directory)):
            raise PermissionError(EPERM, why)
        return os.open(path, _APPEND, 0o600)
    except FileNotFoundError:
        make_private_directory(directory)
        return os.open(path, _APPEND, 0o600)


def _appended(descriptor: int, path: str, lines: bytes, now: float) -> bool:
    """Whether the lines were added; False where the file is to be opened again."""
    found = os.fstat(descriptor)
    if found.st_uid not in (0, os.geteuid()):
        raise PermissionError(EPERM, "it belongs to another user")
    if stat.S_ISREG(found.st_mode):
        if _is_due(found, now) and _rotated(descriptor, path, found):
            return False
        _lock(descriptor, LOCK_SH)
        if not _still_named(path, found):
            return False
    _write(descriptor, lines)
    return True


def _write(descriptor: int, lines: bytes) -> None:
    """All of `lines`; a line that a full disk cut short is ended, so that the next is whole."""
    written = os.write(descriptor, lines)
    if written < len(lines):
        os.write(descriptor, b"\n")
        raise OSError("the disk is full")


def _is_due(found: os.stat_result, now: float) -> bool:
    if not found.st_size:
        return False
    return found.st_size >= LARGEST or time.gmtime(found.st_mtime)[:2] != time.gmtime(now)[:2]


def _lock(descriptor: int, kind: int) -> bool:
    """Whether the lock was had within PATIENCE."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            flock(descriptor, kind | LOCK_NB)
            return True
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(_PAUSE)


def _still_named(path: str, found: os.stat_result) -> bool:
    try:
        now = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (now.st_dev, now.st_ino) == (found.st_dev, found.st_ino)


def _rotated(descriptor: int, path: str, found: os.stat_result) -> bool:
    """Whether the file has another name now; False where that is not possible."""
    if not _lock(descriptor, LOCK_EX):
        return False
    if not _still_named(path, found):
        return True
    directory, name = os.path.split(path)
    stem, ending = os.path.splitext(name)
    month = time.strftime("%Y-%m", time.gmtime(found.st_mtime))
    try:
        os.rename(path, _free_name(f"{directory}/{stem}-{month}", ending))
        flock(descriptor, LOCK_SH)
        for plain in rotated_files(path):
            if not plain.endswith(".gz"):
                _compress(plain)
    except OSError:  # a directory that is not ours, a full disk: one more large file is no harm
        return not _still_named(path, found)
    return True


def _free_name(beginning: str, ending: str) -> str:
    number = 1
    while any(os.path.lexists(f"{beginning}-{number:03}{ending}{gz}") for gz in ("", ".gz")):
        number += 1
    return f"{beginning}-{number:03}{ending}"


def _compress(path: str) -> None:
    draft = f"{path}.gz.new"
    try:
        if time.time() - os.lstat(draft).st_mtime < _STALE:
            return  # another process does it
        os.unlink(draft)
    except FileNotFoundError:
        pass
    target = os.open(draft, _CREATE, 0o600)
    try:
        _copy_compressed(path, target)
        os.fsync(target)
        os.rename(draft, f"{path}.gz")
    except BaseException:
        os.unlink(draft)
        raise
    finally:
        os.close(target)
    _sync_directory(os.path.dirname(path))
    os.unlink(path)


def _copy_compressed(path: str, target: int) -> None:
    from zlib import compressobj

    packer = compressobj(3, wbits=_GZIP)
    source = os.open(path, _READ)
    try:
        while piece := os.read(source, _PIECE):
            _write(target, packer.compress(piece))
        _write(target, packer.flush())
    finally:
        os.close(source)


def _sync_directory(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
