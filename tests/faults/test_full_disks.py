"""Disks without a block or an inode to spare."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.campaign import Tally
from tests.faults.cases import LARGE, SMALL
from tests.faults.full_disks import deliver_short, shortages
from tests.faults.serving.servings import Servings
from tests.faults.small_disk import KINDS, NotHere, fill, make_room
from tests.faults.subjects import SUBJECTS
from tests.support.serving.letters import LARGE_FOR_TWO, Case
from tests.support.serving.lmtp_client import Answer, Client

SOME = {
    "tmpfs": shortages(blocks=(0, 1, 2, 3, 5, 20, 139), inodes=(0, 1, 2, 4)),
    "ext4": shortages(blocks=(0, 1, 2, 3, 5, 20, 139), inodes=(0, 1, 2, 4)),
    "btrfs quota": shortages(blocks=(0,), inodes=()),
}
DONE, DEFERRED = Answer.DONE, Answer.DEFERRED
ONE_SHOT = ("plain", "new folders", "large with a header added", "keywords")
SERVED = ("large", "as root, large, recipient")
NAMES = [*(f"deliver: {name}" for name in ONE_SHOT), *(f"serve: {name}" for name in SERVED)]


@pytest.mark.parametrize("name", [name for name in NAMES if name in SUBJECTS])
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_defers_and_leaves_nothing(
    kind: str, name: str, command: Path, place: Path
) -> None:
    total = Tally()
    try:
        with KINDS[kind](place / "mount") as disk:
            (place / "place").mkdir()
            (place / "place/home").symlink_to(disk)
            subject = SUBJECTS[name](command, place / "place")
            for shortage in SOME[kind][:: 3 if name.startswith("serve") else 1]:
                total.add(deliver_short(subject, disk, shortage))
    except NotHere as reason:
        pytest.skip(str(reason))
    assert not total.wrong, total
    assert total.deferred, total


def test_a_client_is_told_that_the_disk_is_full(command: Path, place: Path) -> None:
    try:
        with KINDS["tmpfs"](place / "mount") as disk:
            (place / "place").mkdir()
            (place / "place/home").symlink_to(disk)
            served = Servings(command, place / "place", Case("full", LARGE_FOR_TWO))
            fill(disk, 0)
            with served.server() as server, Client(server.socket) as client:
                told = client.hand_over(SMALL, ["anna@example.com"])
                assert (told, client.said[:9]) == ({"anna@example.com": DEFERRED}, b"452 4.3.1")
                told = client.hand_over(LARGE, ["anna@example.com"])
                assert (told, client.said[:9]) == ({"anna@example.com": DEFERRED}, b"452 4.3.1")
                make_room(disk)
                assert client.hand_over(LARGE, ["anna@example.com"]) == {"anna@example.com": DONE}
    except NotHere as reason:
        pytest.skip(str(reason))
