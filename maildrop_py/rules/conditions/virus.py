"""virus: clamd found a virus in the message, any or one whose name an expression matches.

clamd is asked when the message is delivered, where `scanners` names it. What could
not be asked is unknown.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.translation import Text


@record
class Virus:
    """A virus was found; with `tests`, one whose name passes one of them."""

    tests: tuple[TextTest, ...] = ()

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/text_test"}]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        if node.kind == "boolean":
            from maildrop_py.rules.conditions.not_ import wanted

            return wanted(node, cls())
        from maildrop_py.rules.language.text_tests import parse_tests

        return cls(parse_tests(node, scope))

    def describe(self, text: Text = str.format) -> str:
        if not self.tests:
            return text("clamd found a virus")
        return text(
            "clamd found a virus whose name {tests}",
            tests=text(" or ").join(test.describe(text) for test in self.tests),
        )

    def test(self, facts: Facts) -> Outcome:
        answer = facts.evidence.virus()
        if answer.unknown:
            return Outcome(None, "virus", why=answer.unknown)
        if not answer.flag:
            return Outcome(False, "virus", why="clamd found none")
        name = ", ".join(answer.names)
        for test in self.tests:
            found = test.search(name)
            if found:
                return Outcome(True, "virus", name, found[0], captures=found[1])
        return Outcome(not self.tests, "virus", name)
