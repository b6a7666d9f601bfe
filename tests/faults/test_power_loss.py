"""Power failures at every moment of a delivery, and of deliveries that were broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.power_loss import lose_power
from tests.faults.sabotage import SABOTAGES, broken_by
from tests.faults.subjects import DELIVERIES, REFILINGS, SOME_SERVINGS, SUBJECTS

pytestmark = pytest.mark.usefixtures("tracing")


@pytest.mark.parametrize("name", [*DELIVERIES, *REFILINGS, *SOME_SERVINGS, "serve: new folders"])
def test_no_power_failure_loses_or_tears_a_message(name: str, command: Path, place: Path) -> None:
    outage = lose_power(SUBJECTS[name](command, place / "place"))
    assert not outage.wrong, outage
    assert outage.told and outage.crashes > outage.moments, outage


@pytest.mark.parametrize("call", ["mkdir", "fsync", "link"])
def test_power_fails_after_another_delivery_was_killed(
    call: str, command: Path, tmp_path: Path
) -> None:
    """What a killed run made and did not sync, the next must not rely on."""
    subject = SUBJECTS["deliver: new folders"](command, tmp_path / "place")
    for number in range(1, 15):
        outage = lose_power(subject, [["-e", f"inject={call}:signal=KILL:when={number}"]])
        assert not outage.wrong, (number, outage)


@pytest.mark.parametrize("name", SABOTAGES)
@pytest.mark.parametrize("how", ["deliver", "serve"])
def test_the_model_catches_what_is_broken_on_purpose(
    how: str, name: str, command: Path, place: Path
) -> None:
    kind = {"deliver": "plain", "serve": "one"}[how]
    if name == "no fsync of new folders":
        kind = "new folders"
    subject = SUBJECTS[f"{how}: {kind}"](command, place / "place")
    outage = lose_power(subject, broken=broken_by(SABOTAGES[name], command))
    assert any("torn" in wrong or "lost" in wrong for wrong in outage.wrong), outage
