"""Spawned: a program gets the message, and what does not end is ended with its children."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.convert.proof.spawned import Spawned
from tests.support.waiting import wait_until


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def spawned(*argv: str, at: Path) -> Spawned:
    return Spawned([*argv], {"PATH": os.environ["PATH"]}, str(at), prints=True)


def test_each_run_gets_its_own_message(tmp_path: Path) -> None:
    program = spawned("cat", at=tmp_path)
    assert program.run(b"a long message", 10).output == "a long message"
    assert program.run(b"short", 10).output == "short"


def test_the_status_is_told(tmp_path: Path) -> None:
    assert spawned("sh", "-c", "exit 3", at=tmp_path).run(b"", 10).status == 3


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    """Or the next message's run would meet them."""
    pid = tmp_path / "pid"
    script = f"sleep 1000 & echo $! > {pid}; wait"
    program = spawned("sh", "-c", script, at=tmp_path)
    assert program.run(b"", 0.5).status is None
    child = int(pid.read_text())
    wait_until(lambda: _is_gone(child), "the end of the child")


def _is_gone(process: int) -> bool:
    path = Path(f"/proc/{process}/stat")
    return not path.exists() or path.read_text().split()[2] in "ZX"


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        spawned("no-such-program", at=tmp_path).run(b"", 1)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """For each message of a long proof there may be one of these."""
    spawned("cat", at=tmp_path).run(b"x", 10)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        spawned("cat", at=tmp_path).run(b"x", 10)
    assert len(os.listdir("/proc/self/fd")) <= before
