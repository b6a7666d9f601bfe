"""header: tests of any header's decoded value; `subject` and others are short for it."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, REFUSED, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.translation import Text


@record
class Header:
    """One of the headers called `name` passes one of `tests`."""

    name: str
    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "anyOf": [{"$ref": "#/$defs/header_test"}, {"$ref": "#/$defs/exists"}]
        },
        "description": "header names, each with a test; all must pass",
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.all import All
        from maildrop_py.rules.language.header_name import header_name

        pairs = node.pairs()
        if not pairs:
            raise node.mistake("no header is named here", "such as {X-Mailer: 'bat'}")
        found = [parse_header(header_name(key), value, scope) for key, value in pairs]
        return found[0] if len(found) == 1 else All(tuple(found))

    def describe(self, text: Text = str.format) -> str:
        return text(
            "header {name} {tests}",
            name=self.name,
            tests=text(" or ").join(test.describe(text) for test in self.tests),
        )

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import of_tests

        return of_tests(self.name, self.tests)

    def test(self, facts: Facts) -> Outcome:
        values = facts.values(self.name)
        for value in values:
            for test in self.tests:
                found = test.search(value)
                if found:
                    return Outcome(True, self.name, value, found[0], captures=found[1])
        if not facts.explaining:
            return REFUSED
        if not values:
            return Outcome(False, self.name, why="no such header")
        return Outcome(False, self.name, values[0])


@record
class HeaderExists:
    """A header called `name` is there, whatever is in it."""

    name: str

    COST: ClassVar[int] = CHEAP

    def describe(self, text: Text = str.format) -> str:
        return text("header {name} is there", name=self.name)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import of_presence

        return of_presence(self.name)

    def test(self, facts: Facts) -> Outcome:
        values = facts.values(self.name)
        if not values:
            return Outcome(False, self.name, why="no such header") if facts.explaining else REFUSED
        return Outcome(True, self.name, values[0])


def parse_header(name: str, node: Node, scope: Scope) -> Condition:
    """The condition that a test of the header `name` makes."""
    from maildrop_py.rules.conditions.any import Any_
    from maildrop_py.rules.conditions.header_fields import (
        COUNT,
        INDEX,
        is_about_fields,
        parse_header_at,
    )
    from maildrop_py.rules.language.text_tests import tests_of

    exists = parse_exists(node, name)
    if exists is not None:
        return exists
    items = node.alternatives()
    apart = [item for item in items if is_about_fields(item, COUNT, INDEX)]
    found: list[Condition] = [parse_header_at(name, item, scope) for item in apart]
    plain = [item for item in items if item not in apart]
    if plain:
        found.insert(0, Header(name, tests_of(plain, scope)))
    return found[0] if len(found) == 1 else Any_(tuple(found))


def parse_exists(node: Node, *names: str) -> Condition | None:
    """The condition that `{exists: true}` or `false` makes, None for other tests.

    It is about any header with one of `names`.
    """
    from maildrop_py.rules.conditions.any import Any_
    from maildrop_py.rules.conditions.not_ import wanted

    pairs = node.pairs() if node.kind == "mapping" else []
    if [key.text() for key, _ in pairs] != ["exists"]:
        return None
    found = tuple(HeaderExists(name) for name in names)
    return wanted(pairs[0][1], found[0] if len(found) == 1 else Any_(found))
