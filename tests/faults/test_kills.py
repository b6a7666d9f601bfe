"""A delivery that is killed, or told to stop, at one system call after the other."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from maildrop_py.maildir.sweep import GARBAGE_AGE, sweep
from tests.faults import strace
from tests.faults.deliveries import Deliveries
from tests.faults.kills import kill_each, kills
from tests.faults.maildir_sight import files_below
from tests.faults.sample import sample
from tests.faults.strace import Site
from tests.faults.subjects import DELIVERIES, REFILINGS, SOME_SERVINGS, SUBJECTS

SOME = 40  # of each subject that is one process
SOME_OF_A_SERVER = 10

pytestmark = pytest.mark.usefixtures("tracing")


@pytest.mark.parametrize("signal", ["KILL", "TERM"])
@pytest.mark.parametrize("name", [*DELIVERIES, *REFILINGS])
def test_a_killed_run_leaves_all_or_nothing(
    name: str, signal: str, command: Path, tmp_path: Path
) -> None:
    make = partial(SUBJECTS[name], command)
    chosen = sample(kills(make(tmp_path / "first"), signal), SOME)
    tally = kill_each(make, tmp_path / "others", chosen)
    assert not tally.wrong, tally
    assert tally.struck > SOME * 0.8, tally


@pytest.mark.parametrize("name", SOME_SERVINGS)
def test_a_server_whose_process_is_killed_has_all_or_nothing(
    name: str, command: Path, place: Path
) -> None:
    make = partial(SUBJECTS[name], command)
    chosen = sample(kills(make(place / "first")), 4 * SOME_OF_A_SERVER, last_calls=3)
    tally = kill_each(make, place / "others", chosen, enough=SOME_OF_A_SERVER)
    assert not tally.wrong, tally
    assert tally.struck >= SOME_OF_A_SERVER, tally


def test_what_a_killed_delivery_leaves_is_swept(command: Path, tmp_path: Path) -> None:
    subject = SUBJECTS["deliver: plain"](command, tmp_path / "place")
    assert isinstance(subject, Deliveries)
    subject.reset()
    under = strace.signalling(Site("link", 1, True), "KILL", tmp_path / "log")
    assert not subject.attempt(under)
    assert subject.look().leftovers == 1
    folder = subject.home.path / "Maildir/.Hello"
    assert sweep(str(folder), time.time() + GARBAGE_AGE - 60) == 0
    assert sweep(str(folder), time.time() + GARBAGE_AGE + 60) == 1
    assert not [path for path in files_below(folder) if path.startswith("tmp/")]
