"""conditions: what one `*` line of a recipe asks, as procmail's conditions() reads it."""

from __future__ import annotations

import re

from maildrop_py.convert.procmail.characters import Characters
from maildrop_py.convert.procmail.environment import Environment, Unknown
from maildrop_py.convert.procmail.expressions import squeezed
from maildrop_py.convert.procmail.word_reader import WHOLE_LINE, WordReader
from maildrop_py.record import record, replace

HEADER, BODY, BOTH = "H", "B", "HB"
_AREA = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*\?\?")
_WEIGHT = re.compile(
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[ \t]*\^[ \t]*"
    r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
)


@record
class Question:
    """One condition. `kind` is "expression", "size", "program" or "nothing".

    `area` is HEADER, BODY, BOTH or a variable's name. `text` is the expression, the
    command or "<" or ">" with a number. `weight` and `power` are there in scoring.
    """

    kind: str
    text: str
    area: str = HEADER
    negated: bool = False
    weight: float | None = None
    power: float | None = None
    explicit: bool = False

    @property
    def of_message(self) -> bool:
        return self.area in (HEADER, BODY, BOTH)


def read(text: str, area: str, environment: Environment) -> Question:
    """The question of a line without its `*`; raises Unknown."""
    text = text.rstrip(" \t")
    negated, weight, power, explicit = False, None, None, False
    while True:
        first = text[:1]
        found = _AREA.match(text)
        scored = _WEIGHT.match(text)
        if scored and first in "0123456789-+.,":
            weight, power = float(scored[1]), float(scored[2])
            text = text[scored.end() :].lstrip(" \t")
        elif found and first not in "0123456789-+.,":
            area, explicit = "HB" if found[1] == "BH" else found[1], True
            text = text[found.end() :].lstrip(" \t")
        elif first == "!":
            negated, text = not negated, text[1:].lstrip(" \t")
        elif first == "$":
            text = _expanded(text[1:], environment).lstrip(" \t")
        else:
            break
    found_question = _question(text, area, negated, environment)
    return replace(found_question, weight=weight, power=power, explicit=explicit)


def _question(text: str, area: str, negated: bool, environment: Environment) -> Question:
    if text.startswith("?"):
        return Question("program", text[1:].strip(), area, negated)
    if text[:1] in ("<", ">"):
        wanted = _expanded_plain(text, environment)
        number = re.match(r"[<>]\s*(-?\d+)", wanted)
        size = f"{wanted[0]} {int(number[1]) if number else 0}"
        return Question("size", size, area, negated)
    text = squeezed(text.removeprefix("\\") if text.startswith("\\") else text)
    kind = "expression" if text else "nothing"
    return Question(kind, text, area, negated)


def _expanded(text: str, environment: Environment) -> str:
    """The text behind a `$`, as if it stood in double quotes."""
    joined = text.replace("\\\n", "\\\n")
    words = WordReader(Characters(squeezed(joined)), WHOLE_LINE, quoted=True).read()
    return environment.expand(words[0]) if words else ""


def _expanded_plain(text: str, environment: Environment) -> str:
    words = WordReader(Characters(text), WHOLE_LINE).read()
    return environment.expand(words[0]) if words else ""


__all__ = ["BODY", "BOTH", "HEADER", "Question", "Unknown", "read"]


def counts_lines(questions: tuple[Question, ...]) -> bool:
    """Whether the score is the number of the body's lines: one less than what `^.*$` matches."""
    weighed = [one for one in questions if one.weight is not None]
    counted = [(one.kind, one.text, one.area, one.weight, one.power) for one in weighed]
    lines = ("expression", "^.*$", "B", 1.0, 1.0)
    others = [one for one in counted if one != lines]
    is_less = len(others) == 1 and others[0][0] == "nothing" and others[0][3:] == (-1.0, 0.0)
    return len(counted) == 2 and is_less
