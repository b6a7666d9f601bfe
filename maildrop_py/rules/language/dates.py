"""dates: reads what the condition `date` asks: parts of a date, a period, a zone."""

from __future__ import annotations

import re
from datetime import datetime

from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.header_name import header_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    Ranges = tuple[tuple[int, int], ...]
    Read = tuple[str, str | int, tuple[tuple[str, Ranges], ...], str, str, str]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
LIMITS = {
    "weekday": (0, 6),
    "hour": (0, 23),
    "minute": (0, 59),
    "time": (0, 24 * 60 - 1),
    "day": (1, 31),
    "month": (1, 12),
    "year": (1, 9999),
}
HINTS = {
    "weekday": "such as sat, or mon-fri",
    "time": "such as 08:30-17:00",
    "month": "such as 12, or nov-feb",
    "year": "such as 2026, or 2020-2030",
}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_ZONE = re.compile(r"([+-])(\d\d):?(\d\d)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
_SHORTEST = 3  # letters of a name

WORDS = {"message": "message", "received": "received", "now": "now", "date": "message"}


def read_date(node: Node, parts: tuple[str, ...]) -> Read:
    """All fields of a Date condition: of, zone, parts, first, last, and how it was written."""
    keys = ("of", "zone", *parts, "from", "until")
    found = {key.choice(keys, "key"): value for key, value in node.pairs()}
    of = _of(found["of"]) if "of" in found else "message"
    zone = _zone(found["zone"]) if "zone" in found else "local"
    if not found.keys() - {"of", "zone"}:
        raise node.mistake("nothing is asked of the date", "such as {weekday: [sat, sun]}")
    asked = tuple((name, _ranges(name, found[name])) for name in parts if name in found)
    first, last = (_moment(found[key]) if key in found else "" for key in ("from", "until"))
    if first and last and first > last and not first.startswith(last):
        raise found["until"].mistake("it ends before {first}, when it begins", first=first)
    wording = (f"{k} {' or '.join(v.texts())}" for k, v in found.items() if k != "of")
    return of, zone, asked, first, last, ", ".join(wording)


def _of(node: Node) -> str:
    known = WORDS.get(node.text().lower())
    if known is None and node.text().islower() and "-" not in node.text():
        hint = suggestion(node.text(), ("message", "received", "now"))
        raise node.mistake(
            "unknown date {written!r}", f"{hint}; or a header: Resent-Date", written=node.text()
        )
    return known or header_name(node)


def _zone(node: Node) -> str | int:
    text = node.text().strip()
    if text.lower() in ("local", "original"):
        return text.lower()
    found = _ZONE.fullmatch(text)
    if text.upper() in ("UTC", "GMT", "Z"):
        return 0
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        raise node.mistake(
            "{written!r} is not a zone", "local, original, UTC, or such as +09:00", written=text
        )
    seconds = 3600 * int(found[2]) + 60 * int(found[3])
    return -seconds if found[1] == "-" else seconds


def _moment(node: Node) -> str:
    """A day, or a time of a day (ISO 8601)."""
    text = node.text().strip()
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        datetime.fromisoformat(text)
    except ValueError:
        raise node.mistake(
            "{written!r} is not a date", "2026-12-24 or 2026-12-24T18:00", written=text
        ) from None
    return text.replace(" ", "T")


def _ranges(name: str, node: Node) -> Ranges:
    return tuple(_range(name, item) for item in node.alternatives())


def _range(name: str, node: Node) -> tuple[int, int]:
    low, dash, high = node.text().strip().partition("-")
    ends = [_number(name, end.strip()) for end in ((low, high) if dash else (low,))]
    least, most = LIMITS[name]
    if None in ends:
        hint = HINTS.get(name, f"such as {least}, or {least}-{most}")
        raise node.mistake("{written!r} is no {name}", hint, written=node.text(), name=name)
    if any(not least <= (end or 0) <= most for end in ends):
        raise node.mistake(
            "{written!r} is no {name}", f"{least} to {most}", written=node.text(), name=name
        )
    first, last = ends[0] or 0, ends[-1] or 0
    if first > last and name == "year":
        raise node.mistake(
            "{written!r} is no {name}", "the earlier year first", written=node.text(), name=name
        )
    return first, last


def _number(name: str, text: str) -> int | None:
    if name == "time":
        found = _TIME.fullmatch(text)
        return 60 * int(found[1]) + int(found[2]) if found else None
    if name == "weekday":
        return _named(text, DAYS)
    if text.isascii() and text.isdigit() and len(text) < 5:
        return int(text)
    named = _named(text, MONTHS) if name == "month" else None
    return None if named is None else named + 1


def _named(text: str, names: tuple[str, ...]) -> int | None:
    """The number of a name, of which three letters are enough."""
    word = text.lower().rstrip(".")
    found = [number for number, name in enumerate(names) if name.startswith(word)]
    return found[0] if len(word) >= _SHORTEST and found else None
