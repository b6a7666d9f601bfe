"""any: one of the conditions inside must hold.

In a mapping each key is an alternative; in a list each item is one, of which all
keys must hold, as in every `when`.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Anchors, Outcome, children_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


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
        return cls(tuple(scope.conditions(item) for item in node.alternatives()))

    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    def describe(self) -> str:
        return "any of (" + "; ".join(condition.describe() for condition in self.conditions) + ")"

    def anchors(self) -> Anchors:
        """All the anchors inside, where every condition has one."""
        from maildrop_py.rules.program.anchors import all_of, anchors_of

        return all_of(anchors_of(condition) for condition in self.conditions)

    def test(self, facts: Facts) -> Outcome:
        held: bool | None = False
        captures: dict[str, str] = {}
        children: list[tuple[Condition, Outcome | None]] = []
        for condition in self.conditions:
            if held and not facts.explaining:
                children.append((condition, None))
                continue
            outcome = condition.test(facts)
            children.append((condition, outcome))
            if outcome.held and not held:
                captures.update(outcome.captures or {})
            held = held or (None if outcome.held is None else outcome.held or held)
        return Outcome(held, captures=captures, children=tuple(children))
