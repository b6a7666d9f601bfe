"""all: every condition inside must hold; `when` itself is one."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import BARE, COSTLY, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.conditions.all_in_turn import AllInTurn
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class All:
    """Holds where all of `conditions` do; unknown where none fails but one is."""

    conditions: tuple[Condition, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/whens"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> All | AllInTurn:
        found = tuple(alone(scope.conditions(item)) for item in node.alternatives())
        if scope.in_turn and len(found) > 1:
            from maildrop_py.rules.conditions.all_in_turn import AllInTurn

            return AllInTurn(found)
        return cls(found)

    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    def describe(self, text: Text = str.format) -> str:
        return text(" and ").join(condition.describe(text) for condition in self.conditions)

    def anchors(self) -> Anchors:
        """The best of the anchors inside: all of them are necessary."""
        from maildrop_py.rules.program.anchors import anchors_of, best

        return best(anchors_of(condition) for condition in self.conditions)

    def test(self, facts: Facts) -> Outcome:
        if facts.explaining:
            return self._explained(facts)
        if len(self.conditions) == 1:
            return self.conditions[0].test(facts)
        held: bool | None = True
        captures: dict[str, str] = {}
        for condition in self.conditions:
            outcome = condition.test(facts)
            if outcome.held is False:
                return outcome
            if outcome.held is None:
                held = None
            if outcome.captures:
                captures.update(outcome.captures)
        return Outcome(held, captures=captures) if captures else BARE[held]

    def _explained(self, facts: Facts) -> Outcome:
        """Every condition is asked, so that each can be shown."""
        children = tuple((condition, condition.test(facts)) for condition in self.conditions)
        answers = [outcome.held for _, outcome in children]
        held = False if False in answers else None if None in answers else True
        captures: dict[str, str] = {}
        for _, outcome in children:
            captures.update(outcome.captures or {})
        return Outcome(held, captures=captures, children=children)


def alone(condition: Condition) -> Condition:
    """What an All of one condition comes to: that condition."""
    if isinstance(condition, All) and len(condition.conditions) == 1:
        return condition.conditions[0]
    return condition
