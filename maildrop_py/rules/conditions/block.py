"""block: the `when` that rules are under: it holds for them, or for `else` it does not.

Guarantee: it is asked once for a message, before the first rule under it fires; what those
rules change does not change its answer."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.translation import Text


@record
class Block:
    """The answer of `condition` is kept by `number`, which each block has for itself."""

    number: int
    condition: Condition
    wanted: bool

    COST: ClassVar[int] = COSTLY

    def children(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def describe(self, text: Text = str.format) -> str:
        wording = self.condition.describe(text)
        return wording if self.wanted else text("not ({condition})", condition=wording)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import anchors_of

        return anchors_of(self.condition) if self.wanted else ()

    def test(self, facts: Facts) -> Outcome:
        if facts.blocks is None:
            facts.blocks = {}
        outcome = facts.blocks.get(self.number)
        if outcome is None:
            outcome = facts.blocks[self.number] = self.condition.test(facts)
        children = ((self.condition, outcome),)
        if self.wanted:
            return Outcome(outcome.held, captures=outcome.captures, children=children)
        return Outcome(None if outcome.held is None else not outcome.held, children=children)
