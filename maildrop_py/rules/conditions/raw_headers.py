"""raw_headers: an expression over the whole header block, as procmail's `*` lines are.

The block is unfolded and not decoded; `^` is the start of a line."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.raw import RawExpression
    from maildrop_py.translation import Text


@record
class RawHeaders:
    """One of `expressions` matches the unfolded header block, taken as bytes."""

    expressions: tuple[RawExpression, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.raw_reader import parse_raw

        return cls(parse_raw(node, scope))

    def describe(self, text: Text = str.format) -> str:
        return text(
            "header block matches {expressions}",
            expressions=text(" or ").join(each.describe() for each in self.expressions),
        )

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.conditions.macros import search_block_by

        for each in self.expressions:
            outcome = search_block_by(each.expression(facts.text), facts)
            if outcome.held:
                return outcome
        return Outcome(False, why="no header line matches")

    def occurrences(self, facts: Facts) -> list[tuple[int, bool]]:
        """For each expression: how often it matches, whether the last match was of nothing."""
        from maildrop_py.rules.matching.raw import count

        data = facts.message.headers.unfolded
        return [count(each.expression(facts.text), data) for each in self.expressions]
