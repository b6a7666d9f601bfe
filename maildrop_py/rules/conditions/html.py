"""html: tests of the markup of the message's HTML, decoded, as it is written.

What a reader sees of it is `body`.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome
from maildrop_py.rules.conditions.body import search_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.translation import Text


@record
class Html:
    """The markup of an HTML part passes one of `tests`; `^` and `$` are the ends of a line."""

    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/text_test"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import parse_tests

        return cls(parse_tests(node, scope, "(?m:{})"))

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text("html {tests}", tests=tests)

    def test(self, facts: Facts) -> Outcome:
        return search_texts("html", self.tests, facts, as_written=True)
