"""conditions: expressions of a mailfilter as conditions of the rule language.

Numbers, texts and patterns are compared; what a pattern matched on the left of `&&` is known on
its right.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.mailfilter.numbers import at_least
from maildrop_py.convert.mailfilter.patterns import Patterns, is_weighed, shown_number, with_groups
from maildrop_py.convert.mailfilter.tree import Call, Operation, Pattern, Text
from maildrop_py.convert.marks import MARKS, is_marked, marked, names_in
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, as_when, either, every, negated
from maildrop_py.convert.state import MESSAGE
from maildrop_py.rules.matching.engine import compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.mailfilter.tree import Expression
    from maildrop_py.convert.predicate import Predicate

_ORDER = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
TO_AND_CC = ("To", "Cc", "Resent-To", "Resent-Cc")


class Conditions(Patterns):
    """Asks in the state of `flow`."""

    def truth(self, expression: Expression) -> Predicate:
        """When the expression is true; raises NotTranslatable."""
        if isinstance(expression, Pattern):
            return self._pattern(expression)
        if isinstance(expression, Call) and expression.name == "hasaddr":
            return self._has_address(expression)
        if isinstance(expression, Call) and expression.name == "lookup":
            return self._looked_up(expression)
        if isinstance(expression, Operation) and expression.sign == "!x":
            found = negated(self.truth(expression.sides[0]))
            self.matched, self.count = "", 0
            return found
        if isinstance(expression, Operation) and expression.sign in ("||", "&&"):
            return self._both(expression)
        if isinstance(expression, Operation) and expression.sign in COMPARISONS:
            return self._compared(expression)
        if isinstance(expression, Operation) and expression.sign in ("eq", "ne"):
            found = self._same(expression)
            return found if expression.sign == "eq" else negated(found)
        if isinstance(expression, Operation) and expression.sign == "=~":
            return self._in_text(expression)
        if isinstance(expression, Operation) and expression.sign == "+":
            return self._weighed(expression, "> 0")
        return self._is_something(expression)

    def _both(self, expression: Operation) -> Predicate:
        """Two sides; the second sees what the first has matched."""
        (first, second), is_and = expression.sides, expression.sign == "&&"
        left = self.truth(first)
        flow, before = self._flow, self._flow.variables.groups
        matched, count = self.matched, self.count
        if is_and and count:
            flow.variables.groups = matched if count == 1 else None
        self.matched, self.count = "", 0
        right = self.truth(second)
        flow.variables.groups = before
        if not is_and:
            self.count = 2 if self.count or count else 0
        elif not self.count:
            self.matched, self.count = matched, count
        return every(left, right) if is_and else either(left, right)

    def _is_something(self, expression: Expression) -> Predicate:
        flow = self._flow
        return either(
            *(
                every(
                    holds,
                    self._var(text, "^(?:[^0]|0.)") if is_marked(text) else text not in ("", "0"),
                )
                for holds, text in flow.variables.values(expression, flow.state)
            )
        )

    # comparisons

    def _compared(self, expression: Operation) -> Predicate:
        left, right = expression.sides
        sign = expression.sign
        if isinstance(left, Text) and left.text in ("$SIZE", "${SIZE}"):
            return self._size(sign, self._number(right))
        if isinstance(left, Text) and left.text in ("$LINES", "${LINES}"):
            return self._counted("-l", sign, self._number(right))
        if isinstance(left, Text) and left.text == "$RETURNCODE":
            return self._status(sign, self._number(right))
        if is_weighed(left) and sign in _ORDER:
            return self._weighed(left, f"{sign} {shown_number(self._number(right))}")
        found: list[Predicate] = []
        for holds, text in self._texts(left):
            for also, other in self._texts(right):
                number = _number_of(other)
                if is_marked(text):
                    asked = self._told_number(text, sign, number)
                else:
                    asked = _holds(sign, _number_of(text), number)
                found.append(every(holds, also, asked))
        return either(*found)

    def _texts(self, expression: Expression) -> list[tuple[Predicate, str]]:
        """What it may be, a calculated number too, each with what must hold for it."""
        if isinstance(expression, Operation) and expression.sign != ".":
            return [(True, str(self._number(expression)))]
        return self._flow.variables.values(expression, self._flow.state)

    def _told_number(self, text: str, sign: str, number: float) -> Predicate:
        if sign not in _ORDER:
            raise NotTranslatable("a number that only the mail tells is compared exactly")
        name = names_in(text)[0]
        if text.endswith(f"|length{MARKS[1]}") and number == int(number):
            least = int(number) + (sign in (">", "<="))
            found: Predicate = self._var(marked(name), f"(?s)^.{{{least},}}") if least > 0 else True
        else:
            found = self._var(text, at_least(number, more=sign in (">", "<=")))
        return found if sign in (">", ">=") else negated(found)

    def _counted(self, what: str, sign: str, number: float) -> Predicate:
        """The number of lines or bytes, which `wc` counts."""
        operator = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}[sign]
        line = f"test $(wc {what}) -{operator} {int(number)}"
        call = {"run": ["/bin/sh", "-c", line], "no_on": "1-255"}
        return Test("command", call, ((MESSAGE, self._flow.state.message_age),))

    def _number(self, expression: Expression) -> float:
        if isinstance(expression, Operation) and expression.sign in ("+", "-", "*", "-x"):
            sides = [self._number(side) for side in expression.sides]
            if expression.sign == "-x":
                return -sides[0]
            return {"+": sum(sides), "-": sides[0] - sides[-1], "*": sides[0] * sides[-1]}[
                expression.sign
            ]
        return _number_of(self._flow.variables.one(expression, self._flow.state))

    def _size(self, sign: str, number: float) -> Predicate:
        if sign not in _ORDER:
            return self._counted("-c", sign, number)
        return self._test("size", f"{sign} {int(number)}")

    def _status(self, sign: str, number: float) -> Predicate:
        """How the last program ended."""
        last, calls = self._flow.last_program, self._flow.last_calls
        if last is None:
            raise NotTranslatable("the status of a program ($RETURNCODE)")
        if (sign, number) in (("==", 0), ("<", 1), ("<=", 0)):
            return last
        if (sign, number) in (("!=", 0), (">", 0), (">=", 1)):
            return negated(last)
        if sign not in ("==", "!=") or not calls or not 0 < number < 256:
            raise NotTranslatable("the status of a program ($RETURNCODE)")
        others = [f"0-{int(number) - 1}"] + [f"{int(number) + 1}-255"] * (number < 255)
        asked = {"yes_on": int(number), "no_on": others}
        found = either(*(every(holds, self.program({**call, **asked})) for holds, call in calls))
        return found if sign == "==" else negated(found)

    def program(self, call: dict[str, Any]) -> Test:
        """How a program ends."""
        marks = ((MESSAGE, self._flow.state.message_age),)
        return Test("command", call, marks, repeatable=False)

    # texts

    def _same(self, expression: Operation) -> Predicate:
        flow = self._flow
        found: list[Predicate] = []
        for holds, left in flow.variables.values(expression.sides[0], flow.state):
            for also, right in flow.variables.values(expression.sides[1], flow.state):
                found.append(every(holds, also, self._equal(left, right)))
        return either(*found)

    def _equal(self, left: str, right: str) -> Predicate:
        if is_marked(right):
            left, right = right, left
        if is_marked(right):
            raise NotTranslatable("two texts that only the mail tells are compared")
        if not is_marked(left):
            return left == right
        return self._var(left, rf"(?-i)\A{re.escape(right)}\z")

    def _in_text(self, expression: Operation) -> Predicate:
        text, pattern = expression.sides
        if not isinstance(pattern, Pattern):
            raise NotTranslatable("a text is compared with what is no pattern")
        flow = self._flow
        value = self._grouped(self._expression(pattern), pattern)
        found: list[Predicate] = []
        for holds, one in flow.variables.values(text, flow.state):
            if is_marked(one):
                found.append(every(holds, self._var(one, value)))
            else:
                flags = 0 if "D" in pattern.options else re.I
                fits = re.search(value.removeprefix("(?-i)"), one, flags | re.M) is not None
                self.count += 2 * (fits and bool(flow.variables.reads))  # its groups are no marks
                found.append(every(holds, fits))
        return either(*found)

    def _looked_up(self, call: Call) -> Predicate:
        """`lookup(text, file, options)`: a pattern on each line of the file, as it is now."""
        flow = self._flow
        path = flow.variables.one(call.arguments[1], flow.state) if call.arguments[1:] else ""
        lines = flow.lines_of(path)
        options = flow.variables.one(call.arguments[2], flow.state) if call.arguments[2:] else ""
        case = "(?-i)" if "D" in options else ""
        patterns = [case + with_groups(line, {}) for line in lines]
        found: list[Predicate] = []
        for holds, text in flow.variables.values(call.arguments[0], flow.state):
            for pattern in patterns:
                compiled(pattern)
                is_there = re.search(pattern.replace("(?-i)", ""), text, 0 if case else re.I)
                asked = self._var(text, pattern) if is_marked(text) else is_there is not None
                found.append(every(holds, asked))
        return either(*found)

    def _has_address(self, call: Call) -> Predicate:
        flow = self._flow
        address = flow.variables.one(call.arguments[0], flow.state) if call.arguments else ""
        if is_marked(address) or not re.fullmatch(r"[^\s*?@]+@[^\s*?@]+", address):
            raise NotTranslatable("hasaddr of what is no plain address")
        return either(*(self._test("address", {name: address}) for name in TO_AND_CC))


def _number_of(text: str) -> float:
    """The number that a text begins with; 0 where there is none."""
    if is_marked(text):
        raise NotTranslatable("a number that only the mail tells")
    found = re.match(r"\s*[-+]?[0-9]*\.?[0-9]*", text)
    try:
        return float(found[0]) if found and found[0].strip() else 0.0
    except ValueError:
        return 0.0


def _holds(sign: str, number: float, other: float) -> bool:
    return {
        "<": number < other,
        "<=": number <= other,
        ">": number > other,
        ">=": number >= other,
        "==": number == other,
        "!=": number != other,
    }[sign]


__all__ = ["Conditions", "as_when"]
