"""duration: `5min`, `2d`, `125s` or a number of seconds, as seconds."""

from __future__ import annotations

from maildrop_py.rules.matching.comparison import AGES
from maildrop_py.translation import marked
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.rules.language.document import Node

HINT = marked("such as 125s, 5min, 12h or 60d")

SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^\s*[0-9.]+\s*(s|min|h|d|w|y)?\s*$"},
    ],
    "description": HINT,
}


def parse_duration(node: Node, least: int, most: int) -> int:
    """The seconds that `node` says; raises Mistake unless they are from `least` to `most`."""
    text = node.text().strip()
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = text[len(number) :].strip()
    try:
        seconds = float(number) * {"": 1.0, **AGES}[unit]
    except (ValueError, KeyError):
        raise node.mistake("{written!r} is not a length of time", HINT, written=text) from None
    if not least <= seconds <= most:
        wording = translated(
            "at least {least}, at most {most}", least=in_words(least), most=in_words(most)
        )
        raise node.mistake("{written!r} is out of range", wording, written=text)
    return int(seconds)


def parse_age(text: str) -> float:
    """The seconds of `30d` or `2w`; raises ValueError, which says what would be right."""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    try:
        return float(number) * AGES[text[len(number) :]]
    except (ValueError, KeyError):
        wording = translated(
            "{value!r} is not an age: write a number and one of {units}",
            value=text,
            units=", ".join(AGES),
        )
        raise ValueError(wording) from None


def in_words(seconds: int) -> str:
    """Such as `5min` or `2d`: the largest unit that leaves no rest."""
    for unit in ("d", "h", "min"):
        if seconds and seconds % int(AGES[unit]) == 0:
            return f"{seconds // int(AGES[unit])}{unit}"
    return f"{seconds}s"
