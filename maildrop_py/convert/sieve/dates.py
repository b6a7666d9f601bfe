"""dates: Sieve's `date` and `currentdate` (RFC 5260) as `date` conditions."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from maildrop_py.convert.marks import marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.matches import UNCHANGED, Matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Asker

SPANS = {"year": (1, 9999), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}
TEMPLATES = {"year": "year", "month": "month", "day": "day", "date": "year-month-day"}
"""Parts of a date that templates know."""
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
    arguments.only(*COMPARED, "zone", "originalzone")
    part = asker.constants(arguments.texts(at))[0].lower()
    if arguments.match_type == "matches":
        return _any(asker, arguments, part, asker.constants(arguments.texts(at + 1)), of)
    where: dict[str, Any] = {"of": of} if of else {}
    if "originalzone" in arguments.tags:
        where["zone"] = "original"
    elif "zone" in arguments.tags:
        where["zone"] = _zone(arguments.tag("zone"))
    relation = {"is": "eq", "value": arguments.tag("value").lower()}.get(arguments.match_type)
    if relation is None:
        raise NotTranslatable(f"a date is compared by :{arguments.match_type}")
    keys = asker.constants(arguments.texts(at + 1))
    asked = [_part(part, relation, key) for key in keys]
    return either(*(asker.message("date", {**where, **one}) for one in asked))


def _any(
    asker: Asker, arguments: Arguments, part: str, keys: list[str], of: str | None
) -> Predicate:
    """`:matches "year" "*"` is there for what it matches: that is what templates know."""
    prefix = {"now": "", None: "date_"}.get(of)
    if keys != ["*"] or prefix is None or part not in TEMPLATES:
        raise NotTranslatable(f"a date is compared by :{arguments.match_type}")
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
