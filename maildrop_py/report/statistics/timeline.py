"""timeline: how many of each name there were on each day, in bounded memory.

With more than MOST pairs of day and name, all but the most frequent names are put together
as others, day by day. Where there are still too many, which takes years, days become months.
The sum of each stays right.
"""

from __future__ import annotations

from collections import Counter

from maildrop_py.report.statistics.calendar import DAYS_SHOWN, columns_of_days, columns_of_months
from maildrop_py.report.statistics.places import shown
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.statistics.figures import Columns

MOST = 16_000
SHOWN = 6
MONTH = len("2026-11")
OTHERS = ""
"""The name of what has no name of its own any more; no folder and no rule has it."""


class Timeline:
    """Counts by day (`2026-11-28`) and name. Its state for another process is `days`."""

    def __init__(self) -> None:
        self.days: dict[str, dict[str, int]] = {}
        self._pairs = 0
        self._length = len("2026-11-28")

    def add(self, day: str, name: str) -> None:
        """One more of `name` on this day."""
        day = day[: self._length]
        row = self.days.get(day)
        if row is None:
            row = self.days[day] = {}
        if name in row:
            row[name] += 1
            return
        row[name[:120]] = row.get(name[:120], 0) + 1
        self._pairs += 1
        if self._pairs > MOST:
            self._give_up()

    def merge(self, days: dict[str, dict[str, int]]) -> None:
        """Add what another has counted."""
        if any(len(day) < self._length for day in days):
            self._become_monthly()
        for day, row in days.items():
            mine = self.days.setdefault(day[: self._length], {})
            for name, count in row.items():
                self._pairs += name not in mine
                mine[name] = mine.get(name, 0) + count
        if self._pairs > MOST:
            self._give_up()

    def columns(self, key: str, title: str) -> Columns:
        """The most frequent names by day; by month where there are many days."""
        names = self._ranked(SHOWN)
        others = [text("(others)")]
        days = {day: _row(row, names) for day, row in sorted(self.days.items())}
        layers = (*map(shown, names), *others)
        if len(days) > DAYS_SHOWN or self._length == MONTH:
            return columns_of_months(key, title, days, layers)
        return columns_of_days(key, title, days, layers)

    def _ranked(self, most: int) -> list[str]:
        sums: Counter[str] = Counter()
        for row in self.days.values():
            sums.update(row)
        del sums[OTHERS]
        return [name for name, _ in sorted(sums.items(), key=lambda it: (-it[1], it[0]))[:most]]

    def _give_up(self) -> None:
        kept = {*self._ranked(max(SHOWN, MOST // 2 // len(self.days)))}
        for day, row in self.days.items():
            rest = sum(count for name, count in row.items() if name not in kept)
            self.days[day] = {name: count for name, count in row.items() if name in kept}
            if rest:
                self.days[day][OTHERS] = rest
        self._pairs = sum(map(len, self.days.values()))
        if self._pairs > MOST // 2 and self._length > MONTH:
            self._become_monthly()
        for day in sorted(self.days):  # so many months are of wrong clocks
            if self._pairs <= MOST // 2:
                break
            self._pairs -= len(self.days.pop(day))

    def _become_monthly(self) -> None:
        """Put the days of each month together, and those that come."""
        days, self.days, self._length, self._pairs = self.days, {}, MONTH, 0
        self.merge(days)


def _row(row: dict[str, int], names: list[str]) -> list[int]:
    shown = [row.get(name, 0) for name in names]
    return [*shown, sum(row.values()) - sum(shown)]
