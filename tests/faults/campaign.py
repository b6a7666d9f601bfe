"""campaign: one fault after the other, on several subjects at once.

Each run begins from nothing. What is wrong is put into words, with the call that was
struck; what happened is counted, for the figures in the README.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from tests.faults.subject import Subject

T = TypeVar("T")
MakeSubject = Callable[[Path], Subject]
JOBS = 2 * (os.cpu_count() or 1)  # a server that was struck waits before it tries again


@dataclass
class Tally:
    """What came of the faults: how many struck, what the giver was told, what was wrong."""

    struck: int = 0
    missed: int = 0
    done: int = 0
    deferred: int = 0
    fallbacks: int = 0
    doubled: int = 0
    leftovers: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count `other` in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def __str__(self) -> str:
        counted = {name: value for name, value in vars(self).items() if name != "wrong"}
        shown = ", ".join(f"{value} {name}" for name, value in counted.items())
        return "\n".join([f"{shown}, {len(self.wrong)} wrong", *self.wrong])


Strike = Callable[[Subject, T], Tally]


def wage(
    make: MakeSubject,
    place: Path,
    faults: Iterable[T],
    strike: Strike[T],
    enough: int | None = None,
) -> Tally:
    """Let `strike` do each of `faults` to a subject; several at once, each to one of its own.

    With `enough`, no more than so many are to strike: the others are tried in place of
    those that miss, for on a busy machine a server does not always make the same calls.
    """
    subjects: queue.SimpleQueue[Subject] = queue.SimpleQueue()
    for number in range(JOBS):
        subjects.put(make(place / str(number)))

    def one(fault: T) -> Tally:
        subject = subjects.get()
        try:
            return strike(subject, fault)
        finally:
            subjects.put(subject)

    total = Tally()
    left = iter(faults)
    with ThreadPoolExecutor(JOBS) as threads:
        while enough is None or total.struck < enough:
            wanted = JOBS if enough is None else min(JOBS, enough - total.struck)
            chosen = list(islice(left, wanted))
            if not chosen:
                break
            for tally in threads.map(one, chosen):
                total.add(tally)
    return total
