"""full_disks: deliveries into homes with no block, one block, two blocks left, and so on.

With every block less, another write is the first to fail. Whatever happens the
message is there whole and once, or not at all and the server keeps it; and when
room has been made it is there, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.campaign import Tally
from tests.faults.small_disk import fill, make_room, use_inodes
from tests.faults.subject import Subject, Wrong

Scarcity = Callable[[Path, int], None]

BLOCKS = (*range(13), *range(13, 150, 9), 150)
"""Blocks left: the largest message takes some 140."""
INODES = tuple(range(16))


@dataclass(frozen=True)
class Shortage:
    """So many blocks or inodes left, and no more."""

    what: str
    make: Scarcity
    left: int


def shortages(blocks: Iterable[int] = BLOCKS, inodes: Iterable[int] = INODES) -> list[Shortage]:
    """Every shortage that is tried."""
    return [
        *(Shortage("blocks", fill, left) for left in blocks),
        *(Shortage("inodes", use_inodes, left) for left in inodes),
    ]


def deliver_short(subject: Subject, disk: Path, shortage: Shortage) -> Tally:
    """One run with too little room, and another when there is room again."""
    tally = Tally(struck=1)
    make_room(disk)
    subject.reset()
    shortage.make(disk, shortage.left)
    try:
        _judge(subject, disk, tally)
    except Wrong as wrong:
        tally.wrong.append(str(wrong))
    finally:
        make_room(disk)
    what = f"{subject.name}: {shortage.left} {shortage.what} left"
    tally.wrong = [f"{what}: {fault}" for fault in tally.wrong]
    return tally


def _judge(subject: Subject, disk: Path, tally: Tally) -> None:
    told = subject.attempt()
    tally.done, tally.deferred = int(told), int(not told)
    sight = subject.look()
    tally.wrong += sight.faults
    if sight.leftovers:
        tally.wrong.append(f"{sight.leftovers} files are left over")
    if subject.there_before and sight.fewest < 1:
        tally.wrong.append("lost")
    if not told and sight.most > int(subject.there_before):
        tally.wrong.append(f"deferred, but there {sight.most} times")
    make_room(disk)
    if not told and not subject.attempt():
        tally.wrong.append("it did not succeed with room")
    sight = subject.look()
    tally.fallbacks = int(sight.fallback)
    tally.wrong += sight.faults
    if not (sight.fewest == sight.most == 1 and sight.settled):
        tally.wrong.append(f"done, but there {sight.fewest} to {sight.most} times")
