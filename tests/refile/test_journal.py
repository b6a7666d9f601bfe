"""The journal: readable, ahead of what is done, and whole lines only."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from pathlib import Path

import pytest

from maildrop_py.refile.journal import Journal
from maildrop_py.refile.past_runs import KEPT, DeadJournal, PastRun, forget_old, past_runs


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "journal"), "refile", "/mail", {"layout": "fs"})


def records(journal: Journal) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(journal.path).read_text("utf-8").splitlines()]


def test_a_run_that_does_nothing_leaves_no_journal(journal: Journal) -> None:
    journal.done([])
    journal.end()
    assert journal.name == ""
    assert past_runs(journal.directory) == []


def test_it_can_be_read_by_people_and_programs(journal: Journal) -> None:
    journal.add_step("move", "cur/a:2,S", ".会議/cur/b:2,S", '会議 "x"\n')
    journal.sync()
    journal.done([])
    journal.end()
    head, move, done, end = records(journal)
    assert (head["run"], head["maildir"], head["layout"]) == ("refile", "/mail", "fs")
    assert move == {
        "do": "move",
        "from": "cur/a:2,S",
        "to": ".会議/cur/b:2,S",
        "rule": '会議 "x"\n',
    }
    assert done == {"done": 2, "not": []}
    assert "end" in end
    assert "会議" in Path(journal.path).read_text("utf-8")


def test_it_is_for_its_owner_alone(journal: Journal) -> None:
    journal.add(do="x")
    assert stat.S_IMODE(os.stat(journal.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(journal.directory).st_mode) == 0o700


def test_names_of_any_bytes_come_back_as_they_were(journal: Journal) -> None:
    odd = os.fsdecode(b'cur/\xff\xe9"\\\n\x01:2,S')
    journal.add_step("move", odd, "new/ok", None)
    journal.add(do="copy", **{"from": odd})
    journal.sync()
    journal.done([])
    (run,) = past_runs(journal.directory)
    assert [line["from"] for _, line in run.performed()] == [odd, odd]


def test_lines_that_failed_are_not_called_done(journal: Journal) -> None:
    for name in "abc":
        journal.add_step("move", name, name, None)
    journal.sync()
    journal.done([2])
    journal.add_step("move", "d", "d", None)
    journal.sync()
    (run,) = past_runs(journal.directory)
    assert [line["from"] for _, line in run.performed()] == ["a", "c"]
    assert [line["from"] for _, line in run.in_doubt()] == ["d"]
    assert not run.ended()
    journal.end()
    assert len(list(run.performed())) == 2  # under its new name
    (run,) = past_runs(journal.directory)
    assert run.ended()


def test_a_line_cut_short_is_left_out(journal: Journal) -> None:
    journal.add_step("move", "a", "a", None)
    journal.sync()
    journal.done([])
    with open(journal.path, "a") as file:
        file.write('{"do": "move", "fr')
    (run,) = past_runs(journal.directory)
    assert [line["from"] for _, line in run.performed()] == ["a"]
    assert run.in_doubt() == []


def test_a_file_that_is_not_a_journal_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\x00\xff\n[1]\n")
    (run,) = past_runs(str(tmp_path))
    assert (run.maildir, run.head, list(run.performed())) == ("", {}, [])


def test_what_cannot_be_synced_is_taken_back(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.add_step("move", "a", "a", None)
    journal.sync()

    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        journal.add_step("move", "b", "b", None)
        with pytest.raises(OSError, match="no"):
            journal.sync()
    assert journal.add_step("move", "c", "c", None) == 2
    journal.sync()
    journal.done([])
    assert [line.get("from") for line in records(journal)] == [None, "a", "c", None]


def test_old_journals_of_ended_runs_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for ended in (True, False):
        journal = Journal(str(tmp_path), "refile", "/mail", {"number": str(ended)})
        journal.add(do="x")
        journal.sync()
        if ended:
            journal.end()
        journal.close()
        names.append(journal.name)
        time.sleep(0.002)  # names have milliseconds
    forget_old(str(tmp_path), time.time() + KEPT - 60)
    assert len(past_runs(str(tmp_path))) == 2
    forget_old(str(tmp_path), time.time() + KEPT + 60)
    assert [run.name for run in past_runs(str(tmp_path))] == [names[1]]


def test_the_lock_is_there_as_soon_as_the_name(journal: Journal) -> None:
    journal.add(do="x")
    with DeadJournal(PastRun(journal.path)) as locked:
        assert locked.alive
    journal.close()
    with DeadJournal(PastRun(journal.path)) as locked:
        assert not locked.alive


def test_the_lock_goes_with_the_end(journal: Journal) -> None:
    journal.add(do="会議")
    journal.sync()
    assert "会議" in Path(journal.path).read_text("utf-8")
    journal.end()
    with open(journal.path) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_journal_that_cannot_be_begun_leaves_nothing_behind(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda descriptor, data: len(data) // 2)  # a full disk
    with pytest.raises(OSError, match="No space left"):
        journal.add(do="x")
    assert os.listdir(journal.directory) == []


def test_a_line_that_could_not_be_written_is_not_called_done(journal: Journal) -> None:
    journal.add_step("move", "a", "a", None)
    journal.sync()
    [descriptor] = [
        int(link.name)
        for link in Path("/proc/self/fd").iterdir()
        if os.path.realpath(link) == os.path.realpath(journal.path)
    ]
    kept = os.dup(descriptor)
    os.close(descriptor)
    journal.add_step("move", "b", "b", None)
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.sync()
    os.dup2(kept, descriptor)
    os.close(kept)
    journal.done([])
    assert [line.get("from") for line in records(journal)] == [None, "a", None]
    [run] = past_runs(journal.directory)
    assert [line["from"] for _, line in run.performed()] == ["a"]
