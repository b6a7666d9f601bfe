"""attribute: tests of what the mail server says of the session, by the server's own names.

`sasl_username`, `encryption_protocol`, `ccert_subject`, `server_address`,
`policy_context` and the others of Postfix's policy protocol. One that the server did not send is
like one that is empty: no test passes.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.translation import Text


@record
class Attribute:
    """The attribute called `name` passes one of `tests`."""

    name: str
    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"$ref": "#/$defs/text_test"},
        "description": "names of the policy protocol, each with a test; all must pass",
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.all import All
        from maildrop_py.rules.language.text_tests import parse_tests

        pairs = node.pairs()
        if not pairs:
            raise node.mistake("no attribute is named here", "such as {sasl_username: ann}")
        for key, _ in pairs:
            if not key.text().replace("_", "").isalnum() or not key.text().islower():
                raise key.mistake(
                    "{key!r} is not an attribute", "such as encryption_protocol", key=key.text()
                )
        found = [cls(key.text(), parse_tests(value, scope)) for key, value in pairs]
        return found[0] if len(found) == 1 else All(tuple(found))

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text("{name} {tests}", name=self.name, tests=tests)

    def test(self, facts: Facts) -> Outcome:
        value = facts.evidence.attribute(self.name)
        if not value:
            return Outcome(False, self.name, why="the server did not say")
        for test in self.tests:
            found = test.search(value)
            if found:
                return Outcome(True, self.name, value, found[0], captures=found[1])
        return Outcome(False, self.name, value)
