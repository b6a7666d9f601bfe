"""extension: the part of the recipient's address after the delimiter (user+extension).

What the mail server said counts first; then the recipient that `recipient` asks
about, by the setting `recipient_delimiter`.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.translation import Text


@record
class Extension:
    """The envelope's extension passes one of `tests`."""

    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/text_test"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import parse_tests

        return cls(parse_tests(node, scope))

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text("address extension {tests}", tests=tests)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import of_tests

        return of_tests("envelope extension", self.tests)

    def test(self, facts: Facts) -> Outcome:
        extension = facts.extension()
        if not extension:
            return Outcome(False, "extension", why="the address has none")
        for test in self.tests:
            found = test.search(extension)
            if found:
                return Outcome(True, "extension", extension, found[0], captures=found[1])
        return Outcome(False, "extension", extension)
