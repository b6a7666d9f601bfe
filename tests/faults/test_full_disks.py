"""Disks without a block or an inode to spare."""

from __future__ import annotations

from pathlib import Path

import pytest

from .campaign import Tally
from .full_disks import deliver_short, shortages
from .small_disk import KINDS, NotHere
from .subjects import SUBJECTS

SOME = {
    "tmpfs": shortages(blocks=(0, 1, 2, 3, 5, 20, 139), inodes=(0, 1, 2, 4)),
    "ext4": shortages(blocks=(0, 1, 2, 3, 5, 20, 139), inodes=(0, 1, 2, 4)),
    "btrfs quota": shortages(blocks=(0,), inodes=()),
}


@pytest.mark.parametrize("name", ["plain", "new folders", "large with a header added", "keywords"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_defers_and_leaves_nothing(
    kind: str, name: str, command: Path, tmp_path: Path
) -> None:
    total = Tally()
    try:
        with KINDS[kind](tmp_path / "mount") as disk:
            (tmp_path / "place").mkdir()
            (tmp_path / "place/home").symlink_to(disk)
            subject = SUBJECTS[f"deliver: {name}"](command, tmp_path / "place")
            for shortage in SOME[kind]:
                total.add(deliver_short(subject, disk, shortage))
    except NotHere as reason:
        pytest.skip(str(reason))
    assert not total.wrong, total
    assert total.deferred, total
