"""patterns: patterns of a mailfilter as conditions of the rule language.

maildrop looks for a pattern in each header line, unfolded and decoded, and in each line of
text parts. `/^Name: …/` becomes a test of that header; other patterns one of the header
block as it came.

Known limits: maildrop also looks into the headers of a message's parts, and writes
addresses in its own form before it looks at them.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.mailfilter.tree import Operation, Pattern
from maildrop_py.convert.marks import MARKS, is_marked, names_in
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either
from maildrop_py.convert.state import MESSAGE
from maildrop_py.rules.matching.engine import BadExpression, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.mailfilter.flow import Flow
    from maildrop_py.convert.mailfilter.tree import Expression
    from maildrop_py.convert.predicate import Predicate

_NAMED = re.compile(r"^\^\(?([A-Za-z][A-Za-z0-9-]*(?:\|[A-Za-z][A-Za-z0-9-]*)*)\)?:")
_BLANKS = re.compile(r"^(?:\\s\*|\\s\+| \*|\[ \\t\]\*|\s)*")
EXTENSION = "extension"
"""The name of a mark that stands for what the server says of the recipient."""


class Patterns:
    """Asks for patterns in the state of `flow`; `count` of them have groups, the last of
    which are called `matched`."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.matched = ""
        self.count = 0

    def _pattern(self, pattern: Pattern) -> Predicate:
        if pattern.weight is not None:
            return self._weighed(pattern, "> 0")
        if "w" in pattern.options:
            raise NotTranslatable("the option w")
        text = self._expression(pattern)
        if is_marked(text):
            return self._quoting(text, pattern)
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

    def _quoting(self, text: str, pattern: Pattern) -> Predicate:
        """A pattern with what the mail tells in it, every sign of it escaped."""
        names = names_in(text)
        if "{" in text or any(f"{MARKS[0]}~{name}" in text for name in names):
            raise NotTranslatable("a pattern with what only the mail tells in it")
        if self._flow.variables.reads or "D" in pattern.options:
            self.count += 2
        key = "raw_body" if "b" in pattern.options else "raw_headers"
        if key == "raw_body" and "h" in pattern.options:
            key = "raw_message"
        written = re.sub(f"{MARKS[0]}=(\\w+){MARKS[1]}", r"{\1}", with_groups(text, {}))
        state = self._flow.state
        marks = [(MESSAGE, state.message_age), *((name, state.age(name)) for name in names)]
        return Test(key, written, tuple(marks))

    def _expression(self, pattern: Pattern) -> str:
        text = pattern.expression.replace("[:wbreak:]", r"\b").replace("\\/", "/")
        flow = self._flow
        values = (
            flow.variables.expand(text, flow.state) if "$" in text.rstrip("$)") else [(True, text)]
        )
        if len(values) != 1:
            raise NotTranslatable("a pattern that depends on a branch above")
        return values[0][1]

    def _of_header(self, text: str, pattern: Pattern) -> Predicate:
        named = _NAMED.match(text)
        reads_all = 0 in self._flow.variables.reads
        if named is None or reads_all or "|" in _outside(text[named.end() :]):
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
            name = flow.state.free_name(f"match_{flow.line}")
            self.matched, self.count = name, self.count + 1
        found = with_groups(text, {number: f"{name}_{number}" for number in reads} if name else {})
        found = f"(?-i){found}" if "D" in pattern.options else found
        try:
            compiled(found)
        except BadExpression as error:
            raise NotTranslatable(f"RE2 says: {error}") from None
        return found

    def _weighed(self, expression: Expression, total: str) -> Predicate:
        entries: list[dict[str, Any]] = []
        for pattern in _summed(expression):
            if not isinstance(pattern, Pattern) or pattern.weight is None:
                raise NotTranslatable("a sum of other things than weighed patterns")
            single = Pattern(pattern.expression, pattern.options)
            text = self._expression(single)
            if "b" in pattern.options:
                raise NotTranslatable("a pattern of the body that is weighed")
            entry = {
                "raw_headers": self._grouped(text, single),
                "score": shown_number(pattern.weight),
            }
            entry["each"] = True if pattern.power == 1 else shown_number(pattern.power)
            entries.append(entry)
        state = self._flow.state
        return Test("weigh", {"entries": entries, "total": total}, ((MESSAGE, state.message_age),))

    def _var(self, text: str, pattern: str) -> Predicate:
        names = names_in(text)
        if text not in (f"{MARKS[0]}~{names[0]}{MARKS[1]}", f"{MARKS[0]}={names[0]}{MARKS[1]}"):
            raise NotTranslatable("a text made of several parts that only the mail tells")
        if names[0] == EXTENSION:
            return Test(EXTENSION, pattern)
        return Test("var", {names[0]: pattern}, ((names[0], self._flow.state.age(names[0])),))

    def of_text(self, text: str, pattern: str) -> Predicate:
        """Whether a text that only the mail tells matches an expression."""
        return self._var(text, pattern)


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


def is_weighed(expression: Expression) -> bool:
    return any(isinstance(one, Pattern) and one.weight is not None for one in _summed(expression))


def _summed(expression: Expression) -> list[Expression]:
    if isinstance(expression, Operation) and expression.sign == "+":
        return [one for side in expression.sides for one in _summed(side)]
    return [expression]


def shown_number(number: float) -> float | int:
    return int(number) if number == int(number) else number
