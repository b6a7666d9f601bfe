"""values: expressions of a mailfilter as texts, in which marks stand for what mail tells."""

from __future__ import annotations

import re

from maildrop_py.convert.branch_values import BranchValues, Value, continued
from maildrop_py.convert.mailfilter.tree import Call, Operation, Output, Text
from maildrop_py.convert.marks import is_marked, marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import every

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from maildrop_py.convert.mailfilter.tree import Expression
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.state import State

    Values: TypeAlias = "list[tuple[Predicate, str]]"

_REFERENCE = re.compile(r"\\\$|\$([A-Za-z_][A-Za-z0-9_]*|[0-9])|\$\{([^}]*)\}")
_ONE_MARK = re.compile("\ue000[~=][A-Za-z0-9_]+\ue001")
OF_THE_RUN = {"LINES": "the number of lines", "SIZE": "the size", "RETURNCODE": "a status"}
FUNCTIONS = ("tolower", "toupper", "escape", "length")
SPECIAL = "|!$()[]\\+*?.&;`'-~<>^{}\""


class Variables(BranchValues):
    """Variables of a mailfilter. `output` makes a variable of what a program prints."""

    def __init__(self, known: dict[str, str]) -> None:
        super().__init__()
        for name, value in known.items():
            self.set(name, (Value(None, value),))
        self.output: Callable[[str], str] | None = None
        self.part: Callable[[str, int, int | None], str] | None = None
        self.why: dict[str, str] = {}
        """Why the values of variables are not known."""
        self.groups: str | None = ""
        self.reads: frozenset[int] = frozenset()
        """Which of MATCH (0), MATCH1 … the file reads."""

    def values(self, expression: Expression, state: State) -> Values:
        """The texts that an expression may be; raises NotTranslatable."""
        if isinstance(expression, Text):
            if expression.is_fixed:
                return [(True, expression.text)]
            return self.expand(expression.text, state)
        if isinstance(expression, Output):
            if self.output is None:
                raise NotTranslatable("what a program prints")
            return [(True, self.output(expression.command))]
        if isinstance(expression, Operation) and expression.sign == ".":
            return self._joined(expression, state)
        if isinstance(expression, Call):
            return self._call(expression, state)
        raise NotTranslatable("a text that is calculated")

    def one(self, expression: Expression, state: State) -> str:
        """The one text; raises NotTranslatable where there are several."""
        found = self.values(expression, state)
        if len(found) != 1:
            raise NotTranslatable("a text that depends on a branch above")
        return found[0][1]

    def _joined(self, expression: Operation, state: State) -> Values:
        found: Values = [(True, "")]
        for side in expression.sides:
            more = self.values(side, state)
            found = [(every(a, b), one + other) for a, one in found for b, other in more]
        return [each for each in found if each[0] is not False]

    def _call(self, call: Call, state: State) -> Values:
        if call.name == "substr" and len(call.arguments) in (2, 3):
            return self._part(call, state)
        if call.name not in FUNCTIONS or len(call.arguments) != 1:
            raise NotTranslatable(f"the function {call.name}")
        return [
            (holds, _called(call.name, one)) for holds, one in self.values(call.arguments[0], state)
        ]

    def _part(self, call: Call, state: State) -> Values:
        """`substr(text, from, count)`."""
        numbers = [self.one(one, state) for one in call.arguments[1:]]
        if not all(number.isdigit() for number in numbers):
            raise NotTranslatable("substr with what is no number")
        start, count = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else None
        found = []
        for holds, text in self.values(call.arguments[0], state):
            if is_marked(text) and self.part is not None:
                found.append((holds, self.part(text, start, count)))
            else:
                found.append((holds, text[start : None if count is None else start + count]))
        return found

    def expand(self, text: str, state: State) -> Values:
        """A text with its variables put in."""
        found: Values = [(True, "")]
        at = 0
        for reference in _REFERENCE.finditer(text):
            before = text[at : reference.start()]
            at = reference.end()
            values = (
                (Value(None, "$"),)
                if reference[0] == "\\$"
                else self._of(reference[1] or reference[2])
            )
            found = continued(found, before, values, state)
        return [(holds, one + text[at:]) for holds, one in found]

    def _of(self, name: str) -> tuple[Value, ...]:
        match = re.fullmatch(r"MATCH([0-9]?)", name)
        if match and name.lower() not in self._values:
            return (Value(None, self._group(int(match[1] or 0))),)
        if name in OF_THE_RUN:
            raise NotTranslatable(f"{OF_THE_RUN[name]} (${name}) in a text")
        found = self.get(name)
        if not found:
            why = f" ({self.why[name]})" if name in self.why else ""
            raise NotTranslatable(f"the value of {name} is not known here{why}")
        return found

    def _group(self, number: int) -> str:
        if self.groups is None:
            raise NotTranslatable("which match $MATCH is of is not known here")
        return marked(f"{self.groups}_{number}") if self.groups else ""


def _called(name: str, value: str) -> str:
    if is_marked(value):
        if name == "escape" and _ONE_MARK.fullmatch(value):
            return value.replace("~", "=")
        if name == "escape" or not _ONE_MARK.fullmatch(value):
            raise NotTranslatable(f"{name} of what only the mail tells")
        return f"{value[:-1]}|{name.removeprefix('to')}{value[-1]}"
    if name == "length":
        return str(len(value.encode()))
    if name == "escape":
        return "".join("\\" + char if char in SPECIAL else char for char in value)
    return value.lower() if name == "tolower" else value.upper()
