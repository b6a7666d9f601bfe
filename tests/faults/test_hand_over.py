"""The native hook and its server while calls fail and processes are killed: nothing is lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.faults.call_failures import fail_each, failures
from tests.faults.hand_overs import hook_beside
from tests.faults.kills import kill_each, kills
from tests.faults.sample import sample
from tests.faults.subjects import HAND_OVERS

SOME = 30

pytestmark = pytest.mark.usefixtures("tracing")


@pytest.fixture
def hooked(command: Path) -> Path:
    if hook_beside(command) is None:
        pytest.skip("needs a C compiler, and root to install for others")
    return command


@pytest.mark.parametrize("name", HAND_OVERS)
def test_a_failing_call_defers_or_does_no_harm(name: str, hooked: Path, tmp_path: Path) -> None:
    make = partial(HAND_OVERS[name], hooked)
    chosen = sample(failures(make(tmp_path / "first")), SOME)
    tally = fail_each(make, tmp_path / "others", chosen)
    assert not tally.wrong, tally
    assert tally.struck > len(chosen) * 0.5, tally


@pytest.mark.parametrize("name", HAND_OVERS)
def test_a_killed_process_leaves_all_or_nothing(name: str, hooked: Path, tmp_path: Path) -> None:
    make = partial(HAND_OVERS[name], hooked)
    chosen = sample(kills(make(tmp_path / "first")), SOME)
    tally = kill_each(make, tmp_path / "others", chosen)
    assert not tally.wrong, tally
    assert tally.struck > len(chosen) * 0.5, tally
