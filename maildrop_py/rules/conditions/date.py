"""date: when the message was written or received, or now: weekday, hour, month, a period.

All that is named must fit. `of: now`, `received` or the name of a header takes the place
of the message's own Date; `zone` is the one in which it is read, the user's if missing."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from time import struct_time
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text

    Ranges = tuple[tuple[int, int], ...]

MESSAGE, NOW, RECEIVED = "message", "now", "received"
LOCAL, ORIGINAL = "local", "original"

PARTS: dict[str, Callable[[struct_time], int]] = {
    "weekday": lambda date: date.tm_wday,
    "hour": lambda date: date.tm_hour,
    "minute": lambda date: date.tm_min,
    "time": lambda date: 60 * date.tm_hour + date.tm_min,
    "day": lambda date: date.tm_mday,
    "month": lambda date: date.tm_mon,
    "year": lambda date: date.tm_year,
}


@record
class Date:
    """`parts` are names with ranges, where low > high goes over midnight or the new year.

    `first` and `last` are beginnings of ISO 8601 dates, "" for any. `zone` is "local",
    "original" or seconds east of UTC.
    """

    of: str
    zone: str | int
    parts: tuple[tuple[str, Ranges], ...]
    first: str
    last: str
    shown: str

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            "of": {"type": "string", "description": "message, received, now or a header's name"},
            "zone": {"type": ["string", "number"]},
            **{part: {"$ref": "#/$defs/texts"} for part in PARTS},
            "from": {"type": "string"},
            "until": {"type": "string"},
        },
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Date:
        from maildrop_py.rules.language.dates import read_date

        return cls(*read_date(node, tuple(PARTS)))

    def describe(self, text: Text = str.format) -> str:
        if self.of == MESSAGE:
            return text("date of the message is {shown}", shown=self.shown)
        if self.of == RECEIVED:
            return text("date of receipt is {shown}", shown=self.shown)
        if self.of == NOW:
            return text("date is {shown}", shown=self.shown)
        return text("date in {name} is {shown}", name=self.of, shown=self.shown)

    def test(self, facts: Facts) -> Outcome:
        moment, offset = self._moment(facts)
        if moment is None:
            return Outcome(None, self.of, why="no date that can be read")
        try:
            date, zone = self._read(moment, offset, facts)
        except (OverflowError, ValueError, OSError):  # a Date header may say anything
            return Outcome(None, self.of, why="no year has this number")
        return Outcome(self._fits(date), "date", f"{_iso(date)} {zone}")

    def _moment(self, facts: Facts) -> tuple[float | None, int | None]:
        """Seconds since the epoch, and the zone that was written beside it."""
        from maildrop_py.message.date import written_at, zone_of

        if self.of == NOW:
            return facts.now, None
        name = {MESSAGE: "Date", RECEIVED: "Received"}.get(self.of, self.of)
        value = (facts.message.headers.first(name) or "").rpartition(";")[2]
        moment = written_at(value)
        if moment is None and self.of == RECEIVED:
            file = facts.message.file
            return (file.mtime if file is not None else facts.now), None
        return moment, zone_of(value)

    def _read(self, moment: float, offset: int | None, facts: Facts) -> tuple[struct_time, str]:
        from time import gmtime

        zone = offset if self.zone == ORIGINAL else self.zone
        if isinstance(zone, int):
            sign, minutes = "-" if zone < 0 else "+", abs(zone) // 60
            return gmtime(moment + zone), f"{sign}{minutes // 60:02}{minutes % 60:02}"
        return (facts.calendar or gmtime)(moment), "local time"

    def _fits(self, date: struct_time) -> bool:
        iso = _iso(date)
        if iso < self.first or (self.last and iso[: len(self.last)] > self.last):
            return False
        return all(_in_one(PARTS[name](date), ranges) for name, ranges in self.parts)


def _iso(date: struct_time) -> str:
    day = f"{date.tm_year:04}-{date.tm_mon:02}-{date.tm_mday:02}"
    return f"{day}T{date.tm_hour:02}:{date.tm_min:02}:{date.tm_sec:02}"


def _in_one(value: int, ranges: Ranges) -> bool:
    return any(
        low <= value <= high if low <= high else value >= low or value <= high
        for low, high in ranges
    )
