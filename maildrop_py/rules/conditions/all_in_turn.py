"""all_in_turn: conditions of one `when`, of which a later one uses what an earlier one found.

`{list_id: '^(?P<list>[^.]+)', folder_exists: "Lists/{list}"}`: they are asked in the order
in which they are written, and the first that does not hold ends it."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.translation import Text


@record
class AllInTurn:
    """Holds where all of `conditions` do; unknown from the first that is unknown."""

    conditions: tuple[Condition, ...]

    COST: ClassVar[int] = COSTLY

    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    def describe(self, text: Text = str.format) -> str:
        return text(" and then ").join(condition.describe(text) for condition in self.conditions)

    def anchors(self) -> Anchors:
        """The best of the anchors inside: all of them are necessary."""
        from maildrop_py.rules.program.anchors import anchors_of, best

        return best(anchors_of(condition) for condition in self.conditions)

    def test(self, facts: Facts) -> Outcome:
        before = facts.variables
        facts.variables = dict(before)
        try:
            return self._test(facts)
        finally:
            facts.variables = before

    def _test(self, facts: Facts) -> Outcome:
        captures: dict[str, str] = {}
        children: list[tuple[Condition, Outcome | None]] = []
        held: bool | None = True
        for condition in self.conditions:
            outcome = condition.test(facts) if held else None
            children.append((condition, outcome))
            if outcome is None:
                continue
            held = outcome.held
            captures.update(outcome.captures or {})
            facts.variables.update(outcome.captures or {})
        return Outcome(held, captures=captures, children=tuple(children))
