"""top: the most frequent of very many names, counted in bounded memory.

When more than `limit` names are counted, the rarer half is given up, and is counted together
as `others`. Guarantee: no count is too high, and the sum of all is right; a name that has
more than one in limit / 2 of all is never given up for good, though its count may then
be too low (Manku and Motwani, lossy counting, 2002). Names are cut to `longest` characters.
"""

from __future__ import annotations

from heapq import nlargest
from operator import itemgetter

MOST = 4000
LONGEST = 120


class Top:
    """Counts by name. The state for another process is `counts` and `others`."""

    __slots__ = ("counts", "limit", "longest", "others")

    def __init__(self, limit: int = MOST, longest: int = LONGEST) -> None:
        self.counts: dict[str, int] = {}
        self.others = 0
        self.limit = limit
        self.longest = longest

    def add(self, name: str, number: int = 1) -> None:
        """Count `number` more of `name`."""
        counts = self.counts
        if name in counts:
            counts[name] += number
            return
        name = name[: self.longest]
        counts[name] = counts.get(name, 0) + number
        if len(counts) > self.limit:
            self._give_up()

    def merge(self, other: Top) -> None:
        """Add what another has counted."""
        self.others += other.others
        for name, number in other.counts.items():
            self.add(name, number)

    def most(self, number: int) -> list[tuple[str, int]]:
        """The `number` most frequent, most first; those that are equal in alphabetical order."""
        return nlargest_by_count(self.counts, number)

    def rest(self, number: int) -> int:
        """How many are in none of the `number` most frequent names."""
        return self.total - sum(count for _, count in self.most(number))

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return sum(self.counts.values()) + self.others

    def _give_up(self) -> None:
        kept = dict(nlargest(self.limit // 2, self.counts.items(), key=itemgetter(1)))
        self.others += sum(self.counts.values()) - sum(kept.values())
        self.counts = kept


def nlargest_by_count(counts: dict[str, int], number: int) -> list[tuple[str, int]]:
    """The `number` most frequent names and their counts, most first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number]
