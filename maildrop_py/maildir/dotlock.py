"""dotlock: the lock files of Dovecot.

`<file>.lock` contains `pid:host`, and is made by link(2) from a temporary file
beside it. We take it from another process only if that process is dead (same
host, lock older than two seconds), or has begun long after the lock was made, so
that it is another process with the same number. If this is not known, we take it
when neither the lock nor the protected file has changed for two minutes.

Guarantee: the lock is released when the context is left, in whatever way, and
only if it is still ours. Reports: TimeoutError, or OSError as the file system
gives it.
[dovecot 2.3 src/lib/file-dotlock.c]
"""

from __future__ import annotations

import os
import time

from maildrop_py.regular_file import read_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

STALE = 120  # seconds without a change
_YOUNG = 2  # seconds in which it is not checked whether the owner lives
_LATER = 60  # seconds by which a clock may have been set forward meanwhile
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_count = 0


class Dotlock:
    """`with Dotlock(path, timeout):` has the lock of the file `path`; waits `timeout` seconds."""

    def __init__(self, path: str, timeout: float) -> None:
        self.path = path
        self.lock_path = f"{path}.lock"
        self._timeout = timeout
        self._inode: tuple[int, int] | None = None
        self._temp = ""

    def __enter__(self) -> Self:
        try:
            self._prepare()
            self._acquire()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._release()

    def _prepare(self) -> None:
        """Make a temporary file with our process number, which is linked as the lock."""
        global _count
        _count += 1
        host, pid = os.uname().nodename, os.getpid()
        folder = os.path.dirname(self.path)
        self._temp = f"{folder}/temp.{host.replace('/', '_')}.{pid}.{time.time_ns():x}{_count:x}"
        descriptor = os.open(self._temp, _CREATE, 0o600)
        try:
            os.write(descriptor, f"{pid}:{host}".encode())
            found = os.fstat(descriptor)
            self._inode = (found.st_dev, found.st_ino)
        finally:
            os.close(descriptor)

    def _acquire(self) -> None:
        give_up = time.monotonic() + self._timeout
        while not self._try():
            if time.monotonic() >= give_up:
                raise TimeoutError(f"{self.lock_path}: still locked after {self._timeout} s")
            self._override_if_stale()
            time.sleep(0.05 + os.getpid() % 50 / 1000)
            os.utime(self._temp)

    def _try(self) -> bool:
        try:
            os.link(self._temp, self.lock_path)
        except FileExistsError:
            return False
        return True

    def _override_if_stale(self) -> None:
        try:
            before = os.lstat(self.lock_path)
            if self._is_stale(before) and _same(before, os.lstat(self.lock_path)):
                os.unlink(self.lock_path)
        except FileNotFoundError:
            return  # released meanwhile

    def _is_stale(self, lock: os.stat_result) -> bool:
        now = time.time()
        owner = _owner(self.lock_path)
        if owner and owner != os.getpid() and now - lock.st_mtime > _YOUNG:
            return not _alive(owner) or _began(owner) > lock.st_mtime + _LATER
        changed = max(lock.st_mtime, lock.st_ctime, _changed(self.path))
        return now - changed > STALE

    def _release(self) -> None:
        inode, self._inode = self._inode, None
        try:
            found = os.lstat(self.lock_path)
            if (found.st_dev, found.st_ino) == inode:
                os.unlink(self.lock_path)
        except OSError:
            pass  # another process took it: nothing to release
        try:
            os.unlink(self._temp)
        except OSError:
            return


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return os.path.samestat(one, other) and one.st_mtime_ns == other.st_mtime_ns


def _owner(lock_path: str) -> int:
    """The process on this host that has the lock, 0 if it is not known."""
    try:
        pid, _, host = read_regular(lock_path, 512).strip().partition(b":")
    except OSError:
        return 0
    ours = host == os.uname().nodename.encode() and pid.isdigit()
    return int(pid) if ours else 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _began(pid: int) -> float:
    """When the process began, in seconds since 1970; 0.0 if it is not known. [proc(5)]"""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        up = time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0
    return time.time() - up + ticks / os.sysconf("SC_CLK_TCK")


def _changed(path: str) -> float:
    try:
        found = os.stat(path)
    except OSError:
        return 0.0
    return max(found.st_mtime, found.st_ctime)
