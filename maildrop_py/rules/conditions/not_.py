"""not: the conditions inside must not all hold."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import BARE, COSTLY, Outcome
from maildrop_py.rules.conditions.all import alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Not:
    """Holds where `condition` does not; unknown where that is unknown."""

    condition: Condition

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/when"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Not:
        groups = set(scope.rule_groups)
        inside = scope.conditions(node)
        scope.rule_groups = groups  # what did not match has captured nothing
        return cls(alone(inside))

    def children(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def describe(self, text: Text = str.format) -> str:
        return text("not ({condition})", condition=self.condition.describe(text))

    def test(self, facts: Facts) -> Outcome:
        outcome = self.condition.test(facts)
        held = None if outcome.held is None else not outcome.held
        if not facts.explaining:
            return BARE[held]
        return Outcome(held, children=((self.condition, outcome),))


def wanted(node: Node, condition: Condition) -> Condition:
    """What `name: true` and `name: false` mean: the condition, or its `not`."""
    return condition if node.boolean() else Not(condition)
