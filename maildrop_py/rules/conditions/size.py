"""size: how many bytes the message has, header and body."""

from __future__ import annotations

from maildrop_py.message.source import UNDECLARED
from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.translation import Text


@record
class Size:
    """The size in bytes passes the comparison."""

    comparison: Comparison

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/comparison"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.matching.comparison import SIZES, parse_comparison

        return cls(parse_comparison(node, SIZES))

    def describe(self, text: Text = str.format) -> str:
        return text("size {comparison}", comparison=self.comparison.describe())

    def test(self, facts: Facts) -> Outcome:
        size = facts.message.size
        if size == UNDECLARED:
            return Outcome(None, "size", why="the client did not say it")
        return Outcome(self.comparison.holds(size), "size", f"{size} bytes")
