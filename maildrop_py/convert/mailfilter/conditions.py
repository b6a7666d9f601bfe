"""conditions: expressions of a mailfilter as conditions of the rule language.

maildrop looks for a pattern in each header line, unfolded and decoded, and in each line of
text parts. `/^Name: …/` becomes a test of that header; other patterns one of the header
block as it came.

Known limits: maildrop also looks into the headers of a message's parts, and writes
addresses in its own form before it looks at them.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.mailfilter.tree import Call, Operation, Pattern, Text
from maildrop_py.convert.marks import MARKS, is_marked, names_in
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, as_when, either, every, negated
from maildrop_py.convert.state import MESSAGE
from maildrop_py.rules.matching.engine import BadExpression, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.mailfilter.flow import Flow
    from maildrop_py.convert.mailfilter.tree import Expression
    from maildrop_py.convert.predicate import Predicate

_NAMED = re.compile(r"^\^\(?([A-Za-z][A-Za-z0-9-]*(?:\|[A-Za-z][A-Za-z0-9-]*)*)\)?:")
_BLANKS = re.compile(r"^(?:\\s\*|\\s\+| \*|\[ \\t\]\*|\s)*")
_ORDER = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
TO_AND_CC = ("To", "Cc", "Resent-To", "Resent-Cc")
TRUE = ("if", "while")


class Conditions:
    """Asks in the state of `flow`."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.matched = ""
        self.count = 0

    def truth(self, expression: Expression) -> Predicate:
        """When the expression is true; raises NotTranslatable."""
        if isinstance(expression, Pattern):
            return self._pattern(expression)
        if isinstance(expression, Call) and expression.name == "hasaddr":
            return self._has_address(expression)
        if isinstance(expression, Operation) and expression.sign in ("||", "&&", "!x"):
            sides = [self.truth(side) for side in expression.sides]
            if expression.sign == "!x":
                return negated(sides[0])
            return either(*sides) if expression.sign == "||" else every(*sides)
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

    # patterns

    def _pattern(self, pattern: Pattern) -> Predicate:
        if pattern.weight is not None:
            return self._weighed(pattern, "> 0")
        if "w" in pattern.options:
            raise NotTranslatable("the option w")
        text = self._expression(pattern)
        in_body, in_header = "b" in pattern.options, "h" in pattern.options
        found: list[Predicate] = []
        if in_header or not in_body:
            found.append(self._of_header(text, pattern))
        if in_body:
            found.append(self._test("body", self._grouped(text, pattern)))
        return either(*found)

    def _test(self, key: str, value: Any) -> Test:
        state = self._flow.state
        marks = [(MESSAGE, state.message_age)]
        return Test(key, value, tuple(marks))

    def _expression(self, pattern: Pattern) -> str:
        text = pattern.expression.replace("[:wbreak:]", r"\b").replace("\\/", "/")
        flow = self._flow
        values = (
            flow.variables.expand(text, flow.state) if "$" in text.rstrip("$)") else [(True, text)]
        )
        if len(values) != 1 or is_marked(values[0][1]):
            raise NotTranslatable("a pattern with what only the mail tells in it")
        return values[0][1]

    def _of_header(self, text: str, pattern: Pattern) -> Predicate:
        named = _NAMED.match(text)
        if named is None or "|" in _outside(text[named.end() :]):
            return self._test("raw_headers", self._grouped(text, pattern))
        behind = text[named.end() :]
        rest = _BLANKS.sub("", behind)
        anywhere = rest.startswith(".*")
        value = rest.removeprefix(".*") if anywhere else f"^{rest}"
        names = named[1].split("|")
        if value in ("", "^"):
            return either(*(self._test("header", {name: {"exists": True}}) for name in names))
        value = self._grouped(value, pattern)
        tests = (
            self._test("subject", value)
            if name.lower() == "subject"
            else self._test("header", {name: value})
            for name in names
        )
        return either(*tests)

    def _grouped(self, text: str, pattern: Pattern) -> str:
        """The expression for RE2, with names for the groups that the file reads."""
        flow = self._flow
        groups = len(re.findall(r"(?<!\\)\((?!\?)", text))
        reads = {number for number in flow.variables.reads if number <= groups}
        name = ""
        if reads:
            if 0 in reads and text != pattern.expression:
                raise NotTranslatable("all that a pattern of one header matched ($MATCH) is used")
            name = flow.state.free_name(f"match_{flow.line}")
            self.matched, self.count = name, self.count + 1
        found = with_groups(text, {number: f"{name}_{number}" for number in reads} if name else {})
        found = f"(?-i){found}" if "D" in pattern.options else found
        try:
            compiled(found)
        except BadExpression as error:
            raise NotTranslatable(f"RE2 says: {error}") from None
        return found

    # comparisons

    def _compared(self, expression: Operation) -> Predicate:
        left, right = expression.sides
        sign = expression.sign
        if isinstance(left, Text) and left.text in ("$SIZE", "${SIZE}"):
            return self._size(sign, self._number(right))
        if isinstance(left, Text) and left.text == "$RETURNCODE":
            return self._status(sign, self._number(right))
        if _is_weighed(left) and sign in _ORDER:
            return self._weighed(left, f"{sign} {_shown(self._number(right))}")
        number, other = self._number(left), self._number(right)
        return {
            "<": number < other,
            "<=": number <= other,
            ">": number > other,
            ">=": number >= other,
            "==": number == other,
            "!=": number != other,
        }[sign]

    def _number(self, expression: Expression) -> float:
        if isinstance(expression, Operation) and expression.sign in ("+", "-", "*", "-x"):
            sides = [self._number(side) for side in expression.sides]
            if expression.sign == "-x":
                return -sides[0]
            return {"+": sum(sides), "-": sides[0] - sides[-1], "*": sides[0] * sides[-1]}[
                expression.sign
            ]
        text = self._flow.variables.one(expression, self._flow.state)
        found = re.match(r"\s*[-+]?[0-9]*\.?[0-9]*", text)
        if is_marked(text):
            raise NotTranslatable("a number that only the mail tells")
        try:
            return float(found[0]) if found and found[0].strip() else 0.0
        except ValueError:
            return 0.0

    def _size(self, sign: str, number: float) -> Predicate:
        if sign not in _ORDER:
            raise NotTranslatable("a size that is exactly a number")
        return self._test("size", f"{sign} {int(number)}")

    def _status(self, sign: str, number: float) -> Predicate:
        last = self._flow.last_program
        if last is None or sign not in ("==", "!=") or number != 0:
            raise NotTranslatable("the status of a program ($RETURNCODE)")
        return last if sign == "==" else negated(last)

    def _weighed(self, expression: Expression, total: str) -> Predicate:
        entries: list[dict[str, Any]] = []
        for pattern in _summed(expression):
            if not isinstance(pattern, Pattern) or pattern.weight is None:
                raise NotTranslatable("a sum of other things than weighed patterns")
            single = Pattern(pattern.expression, pattern.options)
            text = self._expression(single)
            if "b" in pattern.options:
                raise NotTranslatable("a pattern of the body that is weighed")
            entry = {"raw_headers": self._grouped(text, single), "score": _shown(pattern.weight)}
            entry["each"] = True if pattern.power == 1 else _shown(pattern.power)
            entries.append(entry)
        state = self._flow.state
        return Test("weigh", {"entries": entries, "total": total}, ((MESSAGE, state.message_age),))

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
        value = with_groups(self._expression(pattern), {})
        if flow.variables.reads:
            self.count += 2  # which match is read below is not known
        found: list[Predicate] = []
        for holds, one in flow.variables.values(text, flow.state):
            if is_marked(one):
                found.append(every(holds, self._var(one, value)))
            else:
                flags = 0 if "D" in pattern.options else re.I
                found.append(every(holds, re.search(value, one, flags | re.M) is not None))
        return either(*found)

    def _var(self, text: str, pattern: str) -> Predicate:
        names = names_in(text)
        if text not in (f"{MARKS[0]}~{names[0]}{MARKS[1]}", f"{MARKS[0]}={names[0]}{MARKS[1]}"):
            raise NotTranslatable("a text made of several parts that only the mail tells")
        return Test("var", {names[0]: pattern}, ((names[0], self._flow.state.age(names[0])),))

    def _has_address(self, call: Call) -> Predicate:
        flow = self._flow
        address = flow.variables.one(call.arguments[0], flow.state) if call.arguments else ""
        if is_marked(address) or not re.fullmatch(r"[^\s*?@]+@[^\s*?@]+", address):
            raise NotTranslatable("hasaddr of what is no plain address")
        return either(*(self._test("address", {name: address}) for name in TO_AND_CC))


def with_groups(text: str, names: dict[int, str]) -> str:
    """`text` with its groups named by their numbers; 0 is the whole."""
    found, number, at, in_class = "", 0, 0, False
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            found += text[at : at + 2]
            at += 2
            continue
        in_class = (in_class or char == "[") and char != "]"
        if char == "(" and not in_class and text[at + 1 : at + 2] != "?":
            number += 1
            found += f"(?P<{names[number]}>" if number in names else "(?:"
        else:
            found += char
        at += 1
    return f"(?P<{names[0]}>{found})" if 0 in names else found


def _outside(text: str) -> str:
    """What of an expression is in no bracket."""
    previous = ""
    text = re.sub(r"\\.|\[[^]]*\]", "", text)
    while previous != text:
        previous, text = text, re.sub(r"\([^()]*\)", "", text)
    return text


def _is_weighed(expression: Expression) -> bool:
    return any(isinstance(one, Pattern) and one.weight is not None for one in _summed(expression))


def _summed(expression: Expression) -> list[Expression]:
    if isinstance(expression, Operation) and expression.sign == "+":
        return [one for side in expression.sides for one in _summed(side)]
    return [expression]


def _shown(number: float) -> float | int:
    return int(number) if number == int(number) else number


__all__ = ["Conditions", "as_when"]
