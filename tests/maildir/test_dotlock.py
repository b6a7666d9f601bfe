"""Dovecot's dotlocks: held, waited for, taken from the dead only."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from maildrop_py.maildir import dotlock
from maildrop_py.maildir.dotlock import STALE, Dotlock

HOST = os.uname().nodename
ONE_LOOK = 0.01
"""Seconds: there is time to see whether a lock is stale; with 0 there is none."""


def dead_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.fixture
def lock(root: Path) -> Path:
    return root / "file.lock"


def test_lock_names_its_holder_and_goes_with_the_context(root: Path, lock: Path) -> None:
    with Dotlock(str(root / "file"), 0):
        assert lock.read_text() == f"{os.getpid()}:{HOST}"
        assert os.listdir(root) != [] and lock.stat().st_nlink >= 1
    assert os.listdir(root) == []


def test_lock_is_released_by_an_exception(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Dotlock(str(root / "file"), 0):
        raise KeyboardInterrupt
    assert os.listdir(root) == []


@pytest.mark.parametrize("holder", ["1:elsewhere", f"{os.getppid()}:{HOST}", "", "garbage"])
def test_held_lock_is_respected(root: Path, lock: Path, holder: str) -> None:
    lock.write_text(holder)
    with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
        pass
    assert os.listdir(root) == ["file.lock"] and lock.read_text() == holder


def test_lock_of_a_dead_process_is_taken(root: Path, lock: Path) -> None:
    lock.write_text(f"{dead_process()}:{HOST}")
    aged(lock, 10)
    with Dotlock(str(root / "file"), 5):
        assert lock.read_text() == f"{os.getpid()}:{HOST}"


def test_young_lock_of_a_dead_process_is_left(root: Path, lock: Path) -> None:
    """Its content may not have been written yet, or belong to an earlier holder."""
    lock.write_text(f"{dead_process()}:{HOST}")
    with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
        pass


def test_lock_of_a_living_process_is_respected_whatever_its_age(root: Path, lock: Path) -> None:
    lock.write_text(f"1:{HOST}")
    lived = time.time() - Path("/proc/1").stat().st_ctime
    aged(lock, min(10 * STALE, lived))
    with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
        pass


def test_lock_of_a_dead_process_is_taken_from_a_later_one_with_its_number(
    root: Path, lock: Path
) -> None:
    later = subprocess.Popen(["sleep", "60"])
    try:
        lock.write_text(f"{later.pid}:{HOST}")
        aged(lock, 30)
        with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
            pass
        aged(lock, 300)
        with Dotlock(str(root / "file"), 5):
            assert lock.read_text() == f"{os.getpid()}:{HOST}"
        assert later.poll() is None, "it was only looked at"
    finally:
        later.kill()
        later.wait()


def test_lock_of_another_host_is_taken_when_nothing_changes(
    root: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.write_text("1:elsewhere")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + STALE + 10)
    with Dotlock(str(root / "file"), 5):
        assert lock.read_text() == f"{os.getpid()}:{HOST}"


def test_change_of_the_protected_file_shows_that_the_lock_is_alive(
    root: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.write_text("1:elsewhere")
    (root / "file").write_text("")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + STALE + 10)
    ahead = now() + STALE
    os.utime(root / "file", (ahead, ahead))
    with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
        pass


def test_lock_of_a_process_of_somebody_else_is_respected(
    root: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(process: int, number: int) -> None:
        raise PermissionError

    lock.write_text(f"{dead_process()}:{HOST}")
    aged(lock, 10)
    monkeypatch.setattr(os, "kill", refused)
    with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
        pass


def test_lock_that_cannot_be_read_is_taken_when_nothing_changes(
    root: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(lock)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + STALE + 10)
    with Dotlock(str(root / "file"), 5):
        assert lock.read_text() == f"{os.getpid()}:{HOST}"


@pytest.mark.parametrize("same_inode", [True, False])
def test_lock_that_another_took_at_this_moment_is_respected(
    root: Path, lock: Path, monkeypatch: pytest.MonkeyPatch, same_inode: bool
) -> None:
    """Found stale, but since then somebody else has removed it, and made his own."""
    lock.write_text(f"{dead_process()}:{HOST}")
    aged(lock, 10)
    times = (lock.stat().st_atime_ns, lock.stat().st_mtime_ns)
    theirs = f"{os.getppid()}:{HOST}"

    def taken_meanwhile(process: int) -> bool:
        monkeypatch.setattr(dotlock, "_alive", lambda process: True)
        if same_inode:
            lock.write_text(theirs)
        else:
            lock.rename(root / "old")
            lock.write_text(theirs)
            os.utime(lock, ns=times)
        return False

    monkeypatch.setattr(dotlock, "_alive", taken_meanwhile)
    with pytest.raises(TimeoutError), Dotlock(str(root / "file"), ONE_LOOK):
        pass
    assert lock.read_text() == theirs


def test_a_lock_that_was_waited_for_is_new_and_its_owners_alone(
    root: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or others would find it stale at once: it is as old as the file that became it."""
    lock.write_text("1:elsewhere")

    def long_after(seconds: float) -> None:
        for path in root.glob("temp.*"):
            aged(path, 2 * STALE)
        lock.unlink()

    monkeypatch.setattr(time, "sleep", long_after)
    with Dotlock(str(root / "file"), 60):
        assert time.time() - lock.stat().st_mtime < STALE / 2
        assert lock.stat().st_mode & 0o777 == 0o600


def test_lock_that_was_taken_from_us_is_not_released(root: Path, lock: Path) -> None:
    with Dotlock(str(root / "file"), 0):
        lock.unlink()
        lock.write_text("1:elsewhere")
    assert os.listdir(root) == ["file.lock"]


def test_directory_that_does_not_exist_is_an_os_error(root: Path) -> None:
    with pytest.raises(FileNotFoundError), Dotlock(str(root / "absent" / "file"), 0):
        pass
