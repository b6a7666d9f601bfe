"""calendar: how many messages came in each hour, on each weekday and each day, local time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from maildrop_py.report.statistics.figures import Columns, HeatMap
from maildrop_py.report.statistics.places import KINDS, kind_names
from maildrop_py.translation import text

MOST_DAYS = 20_000
"""Days that are counted: entries of more, which only wrong clocks make, are left out."""
DAYS_SHOWN, MONTHS_SHOWN = 62, 60
_MOST_KNOWN = 10_000


class Calendar:
    """Counts messages by day and place, and by weekday and hour."""

    def __init__(self) -> None:
        self.days: dict[str, list[int]] = {}
        self.hours = [[0] * 24 for _ in range(7)]
        self._known: dict[str, tuple[str, int, int, float]] = {}

    def add(self, moment: str, place: int) -> str:
        """A message at `moment` (ISO 8601); returns its day. Raises ValueError."""
        day, weekday, hour, _ = self.minute(moment)
        row = self.days.get(day)
        if row is None:
            if len(self.days) >= MOST_DAYS:
                return day
            row = self.days[day] = [0] * KINDS
        row[place] += 1
        self.hours[weekday][hour] += 1
        return day

    def seconds(self, moment: str) -> float:
        """`moment` in whole seconds since 1970."""
        return self.minute(moment)[3] + int(moment[17:19] or 0)

    def minute(self, moment: str) -> tuple[str, int, int, float]:
        """The local day of `moment`, its weekday (0 is Monday), its hour, and the beginning of
        its minute in seconds since 1970. Raises ValueError."""
        minute = moment[:16] + moment[19:]
        found = self._known.get(minute)
        return self._look_up(moment, minute) if found is None else found

    def _look_up(self, moment: str, minute: str) -> tuple[str, int, int, float]:
        when = datetime.fromisoformat(moment)
        when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone()
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        seconds = when.timestamp() // 60 * 60
        found = f"{when:%Y-%m-%d}", when.weekday(), when.hour, seconds
        self._known[minute] = found
        return found

    def merge(self, days: dict[str, list[int]], hours: list[list[int]]) -> None:
        """Add what another has counted."""
        for day, row in days.items():
            mine = self.days.setdefault(day, [0] * KINDS)
            mine[:] = [a + b for a, b in zip(mine, row, strict=True)]
        for mine, row in zip(self.hours, hours, strict=True):
            mine[:] = [a + b for a, b in zip(mine, row, strict=True)]

    def heat_map(self, key: str, title: str) -> HeatMap:
        """Weekdays by hours."""
        hours = tuple(f"{hour:02}" for hour in range(24))
        return HeatMap(key, title, weekday_names(), hours, tuple(map(tuple, self.hours)))

    def by_day(self, key: str, title: str) -> Columns:
        """The last days, those without mail too."""
        return columns_of_days(key, title, self.days, kind_names())

    def by_month(self, key: str, title: str) -> Columns:
        """The last months."""
        return columns_of_months(key, title, self.days, kind_names())


def weekday_names() -> tuple[str, ...]:
    """Monday first, as ISO 8601 has it."""
    return (
        *(text("Mon"), text("Tue"), text("Wed"), text("Thu")),
        *(text("Fri"), text("Sat"), text("Sun")),
    )


def _every_day(rows: dict[str, list[int]]) -> list[str]:
    days = list(rows)
    last = date.fromisoformat(days[-1])
    first = max(date.fromisoformat(days[0]), last - timedelta(days=DAYS_SHOWN))
    return [f"{first + timedelta(days=at)}" for at in range((last - first).days + 1)]


def _every_month(months: list[str]) -> list[str]:
    if not months:
        return []
    year, month = map(int, months[-1].split("-"))
    found: list[str] = []
    while len(found) < MONTHS_SHOWN and f"{year:04}-{month:02}" >= months[0]:
        found.append(f"{year:04}-{month:02}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]


def columns_of_days(
    key: str, title: str, days: dict[str, list[int]], names: tuple[str, ...]
) -> Columns:
    """The last days, those without mail too; `names` are those of the numbers of each day."""
    rows = dict(sorted(days.items()))
    marks = _every_day(rows) if rows else []
    remark = ""
    if len(marks) > DAYS_SHOWN:
        remark = text("the last {number} days", number=DAYS_SHOWN)
        marks = marks[-DAYS_SHOWN:]
    return _columns(key, title, text("day"), marks, rows, names, remark)


def columns_of_months(
    key: str, title: str, days: dict[str, list[int]], names: tuple[str, ...]
) -> Columns:
    """The same by month."""
    months: dict[str, list[int]] = {}
    for day, row in sorted(days.items()):
        mine = months.setdefault(day[:7], [0] * len(names))
        mine[:] = [a + b for a, b in zip(mine, row, strict=True)]
    marks = _every_month(list(months))[-MONTHS_SHOWN:]
    return _columns(key, title, text("month"), marks, months, names)


def _columns(
    key: str,
    title: str,
    name: str,
    marks: list[str],
    rows: dict[str, list[int]],
    names: tuple[str, ...],
    remark: str = "",
) -> Columns:
    nothing = [0] * len(names)
    table = [rows.get(mark, nothing) for mark in marks]
    used = [at for at in range(len(names)) if any(row[at] for row in table)]
    counts = tuple(tuple(row[at] for row in table) for at in used)
    layers = tuple(names[at] for at in used)
    return Columns(key, title, name, tuple(marks), layers, counts, remark)
