"""dates: Sieve's `date` and `currentdate` (RFC 5260) as `date` conditions."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from maildrop_py.convert.marks import marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.matches import UNCHANGED, Matches
from maildrop_py.rules.matching.engine import compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Asker

SPANS = {"year": (1, 9999), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}
TEMPLATES = {"year": "year", "month": "month", "day": "day", "date": "year-month-day"}
"""Parts of a date that templates know."""
FORMATS = {"month": "02", "day": "02", "hour": "02", "minute": "02", "weekday": ""}
"""How the parts are written that have few values (RFC 5260 4.2)."""
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def date_test(asker: Asker, test: tree.Test) -> Predicate:
    """The date in a header."""
    arguments = Arguments(test)
    header = asker.constants(arguments.texts(0))[0]
    of = {"date": None, "received": "received"}.get(header.lower(), header)
    return _compared(asker, arguments, 1, of)


def current_date_test(asker: Asker, test: tree.Test) -> Predicate:
    """The time of delivery."""
    return _compared(asker, Arguments(test), 0, "now")


def _compared(asker: Asker, arguments: Arguments, at: int, of: str | None) -> Predicate:
    arguments.only(*COMPARED, "zone", "originalzone", "index", "last")
    if "index" in arguments.tags and (of != "received" or arguments.tags["index"] != 1):
        raise NotTranslatable("the date of one of several headers")
    if "last" in arguments.tags:
        raise NotTranslatable("the date of the last of several headers")
    part = asker.constants(arguments.texts(at))[0].lower()
    keys = asker.constants(arguments.texts(at + 1))
    if arguments.match_type == "matches" and keys == ["*"]:
        return _any(asker, arguments, part, of)
    where: dict[str, Any] = {"of": of} if of else {}
    if "originalzone" in arguments.tags:
        where["zone"] = "original"
    elif "zone" in arguments.tags:
        where["zone"] = _zone(arguments.tag("zone"))
    relation = {"is": "eq", "value": arguments.tag("value").lower()}.get(arguments.match_type)
    if part in FORMATS and relation in (None, "ne"):
        found = _of_those(asker, arguments, part, keys)
        return found if isinstance(found, bool) else asker.message("date", {**where, **found})
    if relation is None:
        raise NotTranslatable(f"a date is compared by :{arguments.match_type}")
    asked = [_part(part, relation, key) for key in keys]
    return either(*(asker.message("date", {**where, **one}) for one in asked))


def _of_those(
    asker: Asker, arguments: Arguments, part: str, keys: list[str]
) -> bool | dict[str, Any]:
    """Those of all values that a part of a date may have which compare so with a key."""
    if arguments.match_type == "count":
        raise NotTranslatable("a date is counted")
    patterns = [compiled(one) for one in asker.texts(arguments, "").patterns(keys)]
    first, last = (0, 6) if part == "weekday" else SPANS[part]
    numbers = range(first, last + 1)
    texts = [format(number, FORMATS[part]).encode() for number in numbers]
    fits = [any(one.spans(text) is not None for one in patterns) for text in texts]
    found = [number for number, fit in zip(numbers, fits, strict=True) if fit]
    if not found or all(fits):
        return all(fits)
    if part == "weekday":
        return {part: [WEEKDAYS[number] for number in found]}
    return {part: _ranges(found)}


def _ranges(numbers: list[int]) -> Any:
    """Numbers in a row as `1-5`."""
    ends = [n for n in numbers if n + 1 not in numbers]
    starts = [n for n in numbers if n - 1 not in numbers]
    found: list[Any] = [a if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]
    return found[0] if len(found) == 1 else found


def _any(asker: Asker, arguments: Arguments, part: str, of: str | None) -> Predicate:
    """`:matches "year" "*"` is there for what it matches: that is what templates know."""
    prefix = {"now": "", None: "date_"}.get(of)
    if prefix is None or part not in TEMPLATES:
        raise NotTranslatable(f"the {part} of a date is matched, to be read")
    if "originalzone" in arguments.tags or "zone" in arguments.tags:
        raise NotTranslatable("a part of a date in another time zone")
    text = re.sub(r"\w+", lambda found: marked(prefix + found[0]), TEMPLATES[part])
    asker.matches = Matches({0: text, 1: text}, UNCHANGED.if_false)
    return True if of == "now" else asker.message("header", {"Date": {"exists": True}})


def _zone(text: str) -> str:
    found = re.fullmatch(r"([+-]\d\d)(\d\d)", text)
    if found is None:
        raise NotTranslatable(f"the time zone {text}")
    return f"{found[1]}:{found[2]}"


def _part(part: str, relation: str, key: str) -> dict[str, Any]:
    if part == "date":
        return _day(relation, key)
    if part == "iso8601":
        return _moment(relation, key)
    if part == "time":
        return _time(relation, key)
    if not key.isdigit():
        raise NotTranslatable(f"the {part} of a date is compared with {key!r}")
    if part == "weekday":
        days = [name for number, name in enumerate(WEEKDAYS) if _holds(relation, number, int(key))]
        return {"weekday": days[0] if len(days) == 1 else _some(days)}
    if part not in SPANS:
        raise NotTranslatable(f"the {part} of a date")
    if relation == "eq":
        return {part: int(key)}
    first, last = SPANS[part]
    found = [number for number in range(first, last + 1) if _holds(relation, number, int(key))]
    _some(found)
    if relation == "ne":
        raise NotTranslatable(f"the {part} of a date that is not {key}")
    return {part: f"{found[0]}-{found[-1]}"}


def _some(found: list[Any]) -> list[Any]:
    if not found:
        raise NotTranslatable("a date that never is")
    return found


def _holds(relation: str, one: int, other: int) -> bool:
    kept = {"eq": one == other, "ne": one != other, "gt": one > other, "ge": one >= other}
    kept |= {"lt": one < other, "le": one <= other}
    if relation not in kept:
        raise NotTranslatable(f"the comparison {relation!r}")
    return kept[relation]


def _day(relation: str, key: str) -> dict[str, Any]:
    try:
        day = date.fromisoformat(key)
    except ValueError:
        raise NotTranslatable(f"the day {key!r}") from None
    one = timedelta(days=1)
    found = {
        "eq": {"from": day, "until": day},
        "ge": {"from": day},
        "gt": {"from": day + one},
        "le": {"until": day},
        "lt": {"until": day - one},
    }.get(relation)
    if found is None:
        raise NotTranslatable(f"a day is compared by {relation!r}")
    return found


_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:Z|[+-]\d\d:?\d\d)?", re.I)
_MINUTES = 24 * 60


def _moment(relation: str, key: str) -> dict[str, Any]:
    """A moment, compared by what stands on the clock (RFC 5260 4.2)."""
    try:
        found = _ISO.fullmatch(key)
        moment = datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        moment = None
    if moment is None:
        raise NotTranslatable(f"the moment {key!r}")
    second = timedelta(seconds=1)
    spans = {
        "ge": {"from": moment},
        "gt": {"from": moment + second},
        "le": {"until": moment},
        "lt": {"until": moment - second},
    }
    if relation not in spans:
        raise NotTranslatable(f"a moment is compared by {relation!r}")
    return {name: at.isoformat() for name, at in spans[relation].items()}


def _time(relation: str, key: str) -> dict[str, Any]:
    """A time of the day, in whole minutes."""
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d)", key)
    if found is None:
        raise NotTranslatable(f"the time {key!r}")
    seconds = int(found[3]) + (relation in ("gt", "le"))
    first = 60 * int(found[1]) + int(found[2]) + seconds // 60
    if seconds % 60 or relation not in ("ge", "gt", "lt", "le") or not 0 < first < _MINUTES:
        raise NotTranslatable("a time of the day that is no whole minute")
    span = (first, _MINUTES - 1) if relation in ("ge", "gt") else (0, first - 1)
    return {"time": "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in span)}
