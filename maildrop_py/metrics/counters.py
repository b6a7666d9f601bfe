"""counters: numbers in memory that all processes of a server share.

Each process writes in a region of its own, so nobody locks and nobody waits; who reads
adds the regions up. What a process that died has counted stays, and the one that takes
its place goes on from there. A process that is started with exec (a recipient's) does not
have the memory. Made before the processes are forked.

Names that nobody knows beforehand, such as those of rules, are counted in slots of NAMES
names, of LONGEST bytes; further ones together as OTHER.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left

from maildrop_py.metrics.families import GAUGE, HISTOGRAM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.metrics.families import Layout

NUMBER = 8  # bytes
NAMES, LONGEST = 64, 80
OTHER, UNNAMED = "other", "(no name)"
_NAME = NUMBER + 1 + LONGEST + (-(1 + LONGEST) % NUMBER)  # a count, a length, the bytes


class Counters:
    """The numbers of `processes` processes, by the `layout`."""

    def __init__(self, layout: Layout, processes: int) -> None:
        self.layout, self.processes = layout, max(1, processes)
        self._names = NAMES if layout.names is not None else 0
        self._region = layout.size * NUMBER + self._names * _NAME
        self._pages = mmap.mmap(-1, max(1, self._region) * self.processes)
        self._memory = memoryview(self._pages)

    def keep_from_children(self) -> None:
        """What this process forks does not have the memory."""
        if hasattr(mmap, "MADV_DONTFORK"):
            self._pages.madvise(mmap.MADV_DONTFORK)

    def own(self, process: int) -> Own:
        """What the process with this number counts in; gauges are 0 again."""
        return Own(self.layout, self._of(process))

    def total(self, place: int) -> float:
        """The number at `place`, of all processes together."""
        at = place * NUMBER
        return sum(
            self._of(process)[at : at + NUMBER].cast("d")[0] for process in range(self.processes)
        )

    def names(self) -> dict[str, float]:
        """The counts of names, of all processes together."""
        found: dict[str, float] = {}
        for process in range(self.processes):
            region = self._of(process)[self.layout.size * NUMBER :]
            for at in range(self._names):
                name, count = _slot(region, at)
                if name:
                    found[name] = found.get(name, 0) + count
        return found

    def _of(self, process: int) -> memoryview:
        return self._memory[process * self._region : (process + 1) * self._region]


class Own:
    """One process's numbers."""

    def __init__(self, layout: Layout, region: memoryview) -> None:
        size = layout.size * NUMBER
        self._numbers = region[:size].cast("d")
        self._slots = region[size:]
        self._counts = self._slots[: len(self._slots) // NUMBER * NUMBER].cast("d")
        self._histograms = {
            family.name: (start, family.bounds)
            for family, start in layout.with_places()
            if family.kind == HISTOGRAM
        }
        self._known: dict[str, int] = {}
        self._used = 0
        for at in range(len(self._slots) // _NAME):
            name = _slot(self._slots, at)[0]
            if name:
                self._known[name], self._used = at, at + 1
        for family, start in layout.with_places():
            if family.kind == GAUGE:
                for at in range(family.size):
                    self._numbers[start + at] = 0.0

    def add(self, place: int, number: float = 1.0) -> None:
        """Count at a place."""
        self._numbers[place] += number

    def set(self, place: int, number: float) -> None:
        """Set a gauge."""
        self._numbers[place] = number

    def observe(self, name: str, value: float) -> None:
        """Count a value in a histogram."""
        start, bounds = self._histograms[name]
        self._numbers[start + bisect_left(bounds, value)] += 1
        self._numbers[start + len(bounds) + 1] += value

    def name(self, name: str) -> None:
        """Count a name."""
        at = self._known.get(name)
        if at is None:
            at = self._begin(name)
        self._counts[at * (_NAME // NUMBER)] += 1

    def _begin(self, name: str) -> int:
        """The slot of a name that was not counted before: its length is written last."""
        data = (name or UNNAMED).encode("utf-8", "replace")[:LONGEST]
        name = data.decode("utf-8", "replace")
        if name in self._known:  # two long names may begin alike
            return self._known[name]
        if self._used >= NAMES - 1 and name != OTHER:
            return self._begin(OTHER)
        at = self._used
        start = at * _NAME + NUMBER
        self._slots[start + 1 : start + 1 + len(data)] = data
        self._slots[start] = len(data)
        self._known[name], self._used = at, at + 1
        return at


def _slot(region: memoryview, at: int) -> tuple[str, float]:
    """The name in a slot and its count; "" where there is none."""
    slot = region[at * _NAME : (at + 1) * _NAME]
    length = min(slot[NUMBER], LONGEST)
    name = str(bytes(slot[NUMBER + 1 : NUMBER + 1 + length]), "utf-8", "replace")
    return name, slot[:NUMBER].cast("d")[0]
