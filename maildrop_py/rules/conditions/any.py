"""any: one of the conditions inside must hold.

In a mapping each key is an alternative; in a list each item is one, of which all
keys must hold, as in every `when`.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import BARE, COSTLY, Anchors, Outcome, children_of
from maildrop_py.rules.conditions.all import alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Any_:
    """Holds where one of `conditions` does; unknown where none does but one is."""

    conditions: tuple[Condition, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/whens"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Any_:
        if node.kind == "mapping":
            return cls(children_of(scope.conditions(node)))
        return cls(tuple(alone(scope.conditions(item)) for item in node.alternatives()))

    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    def describe(self, text: Text = str.format) -> str:
        return text(
            "any of ({conditions})",
            conditions="; ".join(condition.describe(text) for condition in self.conditions),
        )

    def anchors(self) -> Anchors:
        """All the anchors inside, where every condition has one."""
        from maildrop_py.rules.program.anchors import all_of, anchors_of

        return all_of(anchors_of(condition) for condition in self.conditions)

    def test(self, facts: Facts) -> Outcome:
        if facts.explaining:
            return self._explained(facts)
        held: bool | None = False
        for condition in self.conditions:
            outcome = condition.test(facts)
            if outcome.held:
                return outcome
            if outcome.held is None:
                held = None
        return BARE[held]

    def _explained(self, facts: Facts) -> Outcome:
        """Every condition is asked, so that each can be shown; the first that holds captures."""
        children = tuple((condition, condition.test(facts)) for condition in self.conditions)
        first = next((outcome for _, outcome in children if outcome.held), None)
        if first is not None:
            return Outcome(True, captures=first.captures, children=children)
        unknown = any(outcome.held is None for _, outcome in children)
        return Outcome(None if unknown else False, children=children)
