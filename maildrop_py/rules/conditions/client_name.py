"""client_name: the verified reverse name of the client at the border passes a test.

The name is what the mail server verified, or DNS does now. A client without one
passes no test (`s25r: 0` finds it). Unknown for authenticated sessions, which
may come from anywhere.
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
class ClientName:
    """The name passes one of `tests`."""

    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/text_test"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import parse_tests

        return cls(parse_tests(node, scope))

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text("the client's name {tests}", tests=tests)

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.conditions.client import named

        name = named(facts)
        if isinstance(name, Outcome):
            return name
        for test in self.tests:
            found = test.search(name)
            if found:
                return Outcome(True, "client name", name, found[0], captures=found[1])
        return Outcome(False, "client name", name)
