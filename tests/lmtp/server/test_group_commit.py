"""Messages that are synced together fail alone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from maildrop_py.lmtp.server import group_commit
from maildrop_py.lmtp.server.group_commit import GroupCommit, commit
from maildrop_py.lmtp.server.reactor import Reactor


class File:
    """A job: one file, moved into `folder`; remembers what became of it."""

    def __init__(self, tmp: Path, folder: Path, name: str) -> None:
        self.tmp, self.new = tmp / name, folder / name
        self.fd = os.open(self.tmp, os.O_WRONLY | os.O_CREAT)
        os.write(self.fd, name.encode())
        self.outcome: tuple[Exception | None, dict[str, Exception]] | None = None
        self.thread: int | None = None
        self.finished = lambda: None

    def begin(self) -> bool:
        return True

    def files(self) -> list[int]:
        return [self.fd]

    def sync(self) -> None:
        os.fsync(self.fd)

    def publish(self) -> list[str]:
        self.thread = threading.get_ident()
        self.new.parent.mkdir(exist_ok=True)
        os.rename(self.tmp, self.new)
        return [str(self.new.parent)]

    def finish(self, error: Exception | None, failed: dict[str, Exception]) -> None:
        self.outcome = error, failed
        self.finished()


def test_what_cannot_be_synced_is_not_published(tmp_path):
    good, bad = File(tmp_path, tmp_path / "new", "good"), File(tmp_path, tmp_path / "new", "bad")
    os.close(bad.fd)
    batch, errors, failed = commit([bad, good])
    assert batch == [bad, good]
    assert isinstance(errors[0], OSError)
    assert errors[1] is None
    assert failed == {}
    assert os.listdir(tmp_path / "new") == ["good"]


def test_a_job_that_breaks_breaks_alone(tmp_path):
    good, bad = File(tmp_path, tmp_path / "new", "good"), File(tmp_path, tmp_path / "new", "bad")
    bad.publish = lambda: 1 // 0  # type: ignore[method-assign, return-value, assignment]
    _, errors, _ = commit([bad, good])
    assert isinstance(errors[0], ZeroDivisionError)
    assert errors[1] is None


def test_a_directory_that_cannot_be_synced_is_named(tmp_path):
    job = File(tmp_path, tmp_path / "new", "a")
    job.publish = lambda: [str(tmp_path / "missing")]  # type: ignore[method-assign]
    _, errors, failed = commit([job])
    assert errors == [None]
    assert isinstance(failed[str(tmp_path / "missing")], FileNotFoundError)


def test_company_is_synced_in_a_thread_and_a_lone_message_is_not(tmp_path):
    reactor = Reactor()
    alone = True
    groups = GroupCommit(reactor, lambda: alone)
    lone = File(tmp_path, tmp_path / "new", "lone")
    lone.finished = reactor.stop
    groups.add(lone)
    reactor.soon(lambda: None)
    reactor.run()
    assert lone.thread == threading.get_ident()

    alone = False
    together = [File(tmp_path, tmp_path / "new", str(number)) for number in range(3)]
    together[-1].finished = reactor.stop
    for job in together:
        groups.add(job)
    reactor._running = True
    reactor.soon(lambda: None)
    reactor.run()
    groups.close()
    reactor.close()
    assert len({job.thread for job in together}) == 1
    assert together[0].thread != threading.get_ident()
    assert all(job.outcome == (None, {}) for job in together)


@pytest.mark.parametrize(("quick", "groups_made"), [(True, [1, 2]), (False, [1, 1, 1])])
def test_on_a_quick_disk_a_group_grows_while_another_is_under_way(
    quick: bool, groups_made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow one each message begins its own, and none waits for another."""
    monkeypatch.setattr(group_commit, "QUICK", 60.0 if quick else -1.0)
    reactor, go_on, sizes = Reactor(), threading.Event(), []
    groups = GroupCommit(reactor, lambda: False)
    groups._quick = quick
    committed = group_commit.commit

    def watched(batch: list[File]) -> object:
        sizes.append(len(batch))
        go_on.wait(10)
        return committed(batch)  # type: ignore[arg-type]

    monkeypatch.setattr(group_commit, "commit", watched)
    jobs = [File(tmp_path, tmp_path / "new", str(number)) for number in range(3)]
    for job in jobs:
        groups.add(job)
        for after in reactor.rounds:
            after()
    go_on.set()
    jobs[-1].finished = reactor.stop
    reactor.run()
    groups.close()
    reactor.close()
    assert [size for size in sizes if size] == groups_made


def test_closing_commits_what_waits(tmp_path):
    reactor = Reactor()
    groups = GroupCommit(reactor, lambda: True)
    job = File(tmp_path, tmp_path / "new", "a")
    groups.add(job)
    groups.close()
    reactor.close()
    assert job.outcome == (None, {})
