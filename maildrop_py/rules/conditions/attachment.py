"""attachment: tests of the names and types of what is attached."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome
from maildrop_py.rules.conditions.body import limits_reached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.rules.matching.pattern import Found


@record
class Attachment:
    """One attachment passes a test of its name and a test of its type, where given."""

    names: tuple[TextTest, ...] = ()
    types: tuple[TextTest, ...] = ()

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "boolean"},
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {
                    "name": {"$ref": "#/$defs/text_test"},
                    "type": {"$ref": "#/$defs/text_test"},
                },
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted
        from maildrop_py.rules.language.text_tests import parse_tests

        if node.kind == "boolean":
            return wanted(node, cls())
        found = {key.choice(("name", "type"), "test"): value for key, value in node.pairs()}
        if not found:
            raise node.mistake("nothing is asked of the attachment", r"such as {name: '\.scr$'}")
        tests = {what: parse_tests(value, scope) for what, value in found.items()}
        return cls(tests.get("name", ()), tests.get("type", ()))

    def describe(self) -> str:
        asked = [
            f"{what} " + " or ".join(test.describe() for test in tests)
            for what, tests in (("name", self.names), ("type", self.types))
            if tests
        ]
        return "an attachment" + (" whose " + " and whose ".join(asked) if asked else "")

    def test(self, facts: Facts) -> Outcome:
        attachments = facts.message.parts.attachments
        for one in attachments:
            name, kind = _passes(self.names, one.name), _passes(self.types, one.type)
            if name and kind:
                text = f"{one.name} ({one.type})"
                span = name[0] if self.names else None
                return Outcome(True, "attachment", text, span, captures={**name[1], **kind[1]})
        names = ", ".join(one.name for one in attachments[:5])
        why = [] if attachments else ["there is none"]
        why += limits_reached(facts.message.parts)
        return Outcome(False, "attachment", names, why="; ".join(why))


def _passes(tests: tuple[TextTest, ...], text: str) -> Found | None:
    """Where `text` passes one of the tests; its beginning where there is no test."""
    if not tests:
        return (0, 0), {}
    found = (test.search(text) for test in tests)
    return next((one for one in found if one), None)
