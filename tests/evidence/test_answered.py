"""Who was answered: once in the time, by one of many processes, and in bounded room."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from maildrop_py.evidence import answered
from maildrop_py.evidence.answered import Answered

WEEK = 7 * 86400.0


def test_a_person_is_first_once_in_the_time(tmp_path: Path) -> None:
    store = Answered(str(tmp_path / "answered"))
    assert store.is_first("away", "leo@example.org", 1000.0, WEEK)
    assert not store.is_first("away", "LEO@example.org", 1000.0 + WEEK - 1, WEEK)
    assert store.is_first("another text", "leo@example.org", 1001.0, WEEK)
    assert store.is_first("away", "leo@example.org", 1000.0 + WEEK, WEEK)
    assert not Answered(str(tmp_path / "answered")).is_first("away", "leo@example.org", 1e6, WEEK)


def test_of_many_processes_one_is_first(tmp_path: Path) -> None:
    path = str(tmp_path / "answered")
    pids = []
    for _ in range(8):
        pid = os.fork()
        if pid == 0:
            os._exit(Answered(path).is_first("away", "leo@example.org", 1000.0, WEEK))
        pids.append(pid)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert sum(statuses) == 1


def test_where_it_cannot_be_remembered_nobody_is_answered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Answered(str(tmp_path / "file/answered"))
    assert not store.is_first("away", "leo@example.org", 1000.0, WEEK)
    assert store.warnings


def test_thousands_of_senders_take_bounded_room(tmp_path: Path, monkeypatch: object) -> None:
    monkeypatch.setattr(answered, "MOST", 50)  # type: ignore[attr-defined]
    path = tmp_path / "answered"
    store = Answered(str(path))
    for number in range(120):
        assert store.is_first("away", f"{number}@example.org", float(number), WEEK)
    (rows,) = sqlite3.connect(path).execute("SELECT count(*) FROM answered").fetchone()
    assert rows == 50
    assert not store.is_first("away", "119@example.org", 120.0, WEEK), "the last are known"
