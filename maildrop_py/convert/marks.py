"""marks: texts in which what only the mail can tell stands as a mark.

A mark becomes `{name}` in the templates of rules.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MARKS = ("\ue000", "\ue001")
"""What stands around the name of a variable that only the mail tells."""
BUILT_IN = {f"date_{part}": f"date.{part}" for part in ("year", "month", "day")}
"""Marks of what the rule language calls by names with a dot."""
_MARK = re.compile(f"{MARKS[0]}([=~])([A-Za-z0-9_|]+){MARKS[1]}")


def marked(name: str, literal: bool = False) -> str:
    """The mark of a variable; `literal` where its value is no expression."""
    return MARKS[0] + ("=" if literal else "~") + name + MARKS[1]


def is_marked(text: str) -> bool:
    """Whether something in `text` is only known when mail comes."""
    return MARKS[0] in text


def names_in(text: str) -> list[str]:
    """The names of the marks in `text`."""
    return [name.partition("|")[0] for _, name in _MARK.findall(text)]


def each_mark(text: str, make: Callable[[str], str]) -> str:
    """`text` with what `make` makes of each mark in the place of the mark."""
    return _MARK.sub(lambda found: make(found[0]), text)


def as_template(text: str) -> str:
    """`text` as a template of the rule language."""
    text = text.replace("{", "{{").replace("}", "}}")
    return _MARK.sub(lambda found: "{" + BUILT_IN.get(found[2], found[2]) + "}", text)
