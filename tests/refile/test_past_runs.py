"""What earlier runs did, as their journals say it, and journals whose process is dead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.refile.journal import Journal
from maildrop_py.refile.past_runs import DeadJournal, PastRun


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "journal"), "refile", "/mail", {})


def is_open(path: str) -> bool:
    links = Path("/proc/self/fd").iterdir()
    return any(os.path.realpath(link) == os.path.realpath(path) for link in links)


def test_each_step_was_carried_out_once_however_many_batches_there_were(journal: Journal) -> None:
    for batch in ("ab", "cd"):
        for name in batch:
            journal.add_step("move", name, name, None)
        journal.done([2] if batch == "ab" else [])
    journal.add_step("copy", "e", "e", None)
    journal.sync()
    run = PastRun(journal.path)
    assert [(number, line["from"]) for number, line in run.performed()] == [
        (1, "a"),
        (4, "c"),
        (5, "d"),
    ]
    assert [line["from"] for _, line in run.in_doubt()] == ["e"]
    assert [line["from"] for _, line in run.lines("move")] == list("abcd")
    assert [number for number, _ in run.lines("copy")] == [7]


def test_a_journal_that_is_gone_is_nothing_to_settle(tmp_path: Path) -> None:
    with DeadJournal(PastRun(str(tmp_path / "gone.running"))) as journal:
        assert journal.alive


def test_what_was_settled_is_on_the_disk_with_an_end_and_closed(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.add(do="x")
    journal.sync()
    journal.close()
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    with DeadJournal(PastRun(journal.path)) as dead:
        dead.write(done=2)
        assert len(synced) == 1
        dead.end()
    (path,) = Path(journal.directory).iterdir()
    assert path.suffix == ".jsonl" and '"end"' in path.read_text().splitlines()[-1]
    assert not is_open(str(path))
