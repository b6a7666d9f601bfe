"""sums_by_name: several sums for each of many names, in bounded memory.

Guarantee: up to MOST names, all of them and their number are exact. With more, the rarer half is
given up, and `is_exact` says that counts of rare names, and their number, may be too low.
"""

from __future__ import annotations

MOST = 20_000
LONGEST = 120


class SumsByName:
    """By name, `width` numbers; the first is the count that says which names are rare."""

    __slots__ = ("_nothing", "is_exact", "rows")

    def __init__(self, width: int) -> None:
        self.rows: dict[str, list[float]] = {}
        self.is_exact = True
        self._nothing = [0.0] * width

    def row(self, name: str) -> list[float]:
        """The numbers of `name`, to be changed in place."""
        row = self.rows.get(name)
        if row is None:
            if len(self.rows) >= MOST:
                self._give_up()
            row = self.rows.setdefault(name[:LONGEST], self._nothing[:])
        return row

    def most(self, number: int, column: int = 0) -> list[tuple[str, list[float]]]:
        """The `number` names with the most in a column, then in alphabetical order."""
        return sorted(self.rows.items(), key=lambda item: (-item[1][column], item[0]))[:number]

    def _give_up(self) -> None:
        self.rows = dict(self.most(MOST // 2))
        self.is_exact = False
