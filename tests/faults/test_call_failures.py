"""A delivery whose system calls fail, one at a time: some of each kind, `python -m tests.faults`
tries them all."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.faults.call_failures import fail_each, failures
from tests.faults.errnos import CANNOT_FAIL, ERRNOS
from tests.faults.sabotage import HALF_WAY, broken_by
from tests.faults.sample import sample
from tests.faults.subjects import DELIVERIES, REFILINGS, SOME_SERVINGS, SUBJECTS

SOME = 80  # of each subject that is one process
SOME_OF_A_SERVER = 16


@pytest.mark.usefixtures("tracing")
@pytest.mark.parametrize("name", [*DELIVERIES, *REFILINGS])
def test_a_failing_call_defers_or_does_no_harm(name: str, command: Path, tmp_path: Path) -> None:
    make = partial(SUBJECTS[name], command)
    chosen = sample(failures(make(tmp_path / "first")), SOME)
    tally = fail_each(make, tmp_path / "others", chosen)
    assert not tally.wrong, tally
    assert tally.done and tally.deferred, tally
    assert tally.struck > SOME * 0.8, tally


@pytest.mark.usefixtures("tracing")
@pytest.mark.parametrize("name", SOME_SERVINGS)
def test_a_failing_call_of_a_server_defers_or_does_no_harm(
    name: str, command: Path, place: Path
) -> None:
    make = partial(SUBJECTS[name], command)
    chosen = sample(failures(make(place / "first")), 4 * SOME_OF_A_SERVER, last_calls=3)
    tally = fail_each(make, place / "others", chosen, enough=SOME_OF_A_SERVER)
    assert not tally.wrong, tally
    assert tally.struck >= SOME_OF_A_SERVER, tally


@pytest.mark.parametrize("name", [*DELIVERIES, *REFILINGS, *SOME_SERVINGS])
def test_calls_that_move_half_of_the_bytes_are_repeated_or_said(
    name: str, command: Path, place: Path
) -> None:
    subject = SUBJECTS[name](command, place / "place")
    subject.reset()
    told = subject.attempt(broken_by(HALF_WAY, command))
    sight = subject.look()
    assert sight.faults == (), sight
    if told or not subject.there_before:
        assert told and (sight.fewest, sight.most, sight.settled) == (1, 1, True), sight
    else:  # taken for a disk that is full
        assert sight.fewest == 1 and subject.attempt() and subject.look().settled, sight


def test_no_call_both_fails_and_cannot() -> None:
    assert not CANNOT_FAIL & ERRNOS.keys()
