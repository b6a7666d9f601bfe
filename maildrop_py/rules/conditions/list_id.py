"""list_id: tests of a mailing list's identifier (RFC 2919), the text in <…> in List-Id.

The description before it is left out; `header: {List-Id: …}` sees that too.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
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
class ListId:
    """The identifier in List-Id passes one of `tests`."""

    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"$ref": "#/$defs/text_test"}, {"$ref": "#/$defs/exists"}]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.header import parse_exists
        from maildrop_py.rules.language.text_tests import parse_tests

        return parse_exists(node, "List-Id") or cls(parse_tests(node, scope))

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text("List-Id {tests}", tests=tests)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import of_tests

        return of_tests("List-Id", self.tests)

    def test(self, facts: Facts) -> Outcome:
        values = facts.values("List-Id")
        for value in values:
            identifier = _identifiers[value] if len(value) <= _SHORT else identifier_in(value)
            for test in self.tests:
                found = test.search(identifier)
                if found:
                    return Outcome(True, "List-Id", identifier, found[0], captures=found[1])
        if not facts.explaining:
            return REFUSED
        if not values:
            return Outcome(False, "List-Id", why="no such header")
        return Outcome(False, "List-Id", identifier_in(values[0]))


def identifier_in(value: str) -> str:
    """What is in the last <…> of a List-Id; the whole of it where there is no bracket.

    Of two brackets one may be missing: then it is the word at the other.
    """
    value = value.rstrip("< \t")
    before, opening, behind = value.rpartition("<")
    if opening:
        inside, closing, _ = behind.partition(">")
        words = inside.split()
        return inside.strip() if closing else "".join(words[:1])
    before, closing, _ = value.partition(">")
    words = before.split()
    return "".join(words[-1:]) if closing else value.strip()


_SHORT = 200  # characters of a List-Id that is remembered with its identifier
_identifiers: Memo[str, str] = Memo(identifier_in)
