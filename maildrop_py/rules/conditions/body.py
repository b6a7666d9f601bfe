"""body: tests of the text of the message, decoded, every text part of it."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest


@record
class Body:
    """A text part passes one of `tests`; `^` and `$` are the ends of a line."""

    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/text_test"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import parse_tests

        return cls(parse_tests(node, scope, "(?m:{})"))

    def describe(self) -> str:
        return "body " + " or ".join(test.describe() for test in self.tests)

    def test(self, facts: Facts) -> Outcome:
        bodies = facts.message.parts.bodies
        for text in bodies:
            for test in self.tests:
                found = test.search(text)
                if found:
                    line, span = line_around(text, found[0])
                    return Outcome(True, "body", line, span, captures=found[1])
        return Outcome(False, "body", why=f"{len(bodies)} text part(s), none matches")


def line_around(text: str, span: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """The line of `text` in which `span` starts, and the span within that line."""
    first = text.rfind("\n", 0, span[0]) + 1
    last = text.find("\n", span[0])
    line = text[first : last if last >= 0 else len(text)]
    return line, (span[0] - first, min(span[1] - first, len(line)))
