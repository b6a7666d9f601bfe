"""stamps: the time at the beginning of a line of syslog, as it is written there.

Two forms are known: `Nov 28 03:12:55` and RFC 3339's `2026-11-28T03:12:55.123456+09:00`. Days
and hours are those of the log; nothing is converted. The first form has no year: a month
behind the present one is of last year.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from maildrop_py.record import record

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_KNOWN = 5_000
_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)? ", re.ASCII
)
_TRADITIONAL = re.compile(r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) ", re.ASCII)


@record
class Minute:
    """A minute: its day (`2026-11-28`), its hour, and its beginning in seconds."""

    day: str
    weekday: int
    hour: int
    seconds: int
    second_at: int
    """Where in the line the seconds are."""


class Stamps:
    """Reads the beginnings of lines; `today` says which year lines without one are of."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._known: dict[str, Minute | None] = {}

    def minute(self, line: str) -> Minute | None:
        """The minute that a line was written in; None if the line has no time."""
        key = line[:17] if line[:1].isdigit() else line[:13]
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = self._read(line)
            return found

    def _read(self, line: str) -> Minute | None:
        try:
            if match := _RFC_3339.match(line):
                year, month, day = map(int, match.groups()[:3])
            elif match := _TRADITIONAL.match(line):
                month, day = MONTHS.index(match[1]) + 1, int(match[2])
                year = self._today.year - (month > self._today.month)
            else:
                return None
            when = date(year, month, day)
        except ValueError:
            return None
        hour, minute = match.groups()[-3:-1]
        seconds = when.toordinal() * 86400 + int(hour) * 3600 + int(minute) * 60
        at = match.start(match.lastindex or 0)
        return Minute(when.isoformat(), when.weekday(), int(hour) % 24, seconds, at)


def seconds_of(when: datetime) -> int:
    """A time of the log's own clock, as `Minute.seconds` counts."""
    return when.toordinal() * 86400 + when.hour * 3600 + when.minute * 60 + when.second
