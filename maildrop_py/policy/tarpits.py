"""tarpits: how many clients wait at the moment, over all processes of the server.

Each waiting client holds a process of the mail server, so there is a limit. Postfix
does not say when a client leaves its tarpit early, so a place is taken for the whole time.
"""

from __future__ import annotations

import mmap
from heapq import heappop, heappush
from struct import Struct

_SLOT = Struct("I")


class Shared:
    """A number for each process; to be made before they are forked."""

    def __init__(self, processes: int) -> None:
        self._page = mmap.mmap(-1, max(1, processes) * _SLOT.size)

    def set(self, process: int, count: int) -> None:
        _SLOT.pack_into(self._page, process * _SLOT.size, count)

    def total(self) -> int:
        return sum(number for (number,) in _SLOT.iter_unpack(self._page))


class Tarpits:
    """The clients that this process lets wait; times are monotonic, in seconds."""

    def __init__(self, shared: Shared, process: int = 0) -> None:
        self._shared, self._process = shared, process
        self._ends: list[float] = []
        shared.set(process, 0)

    def is_full(self, at_most: int, now: float) -> bool:
        """Whether `at_most` clients, or more, wait in all processes together."""
        while self._ends and self._ends[0] <= now:
            heappop(self._ends)
        self._shared.set(self._process, len(self._ends))
        return self._shared.total() >= at_most

    def begin(self, until: float) -> None:
        """One client more waits."""
        heappush(self._ends, until)
        self._shared.set(self._process, len(self._ends))
