"""all: every condition inside must hold; `when` itself is one."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


@record
class All:
    """Holds where all of `conditions` do; unknown where none fails but one is."""

    conditions: tuple[Condition, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/whens"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> All:
        return cls(tuple(scope.conditions(item) for item in node.alternatives()))

    def children(self) -> tuple[Condition, ...]:
        return self.conditions

    def describe(self) -> str:
        return " and ".join(condition.describe() for condition in self.conditions)

    def anchors(self) -> Anchors:
        """The best of the anchors inside: all of them are necessary."""
        from maildrop_py.rules.program.anchors import anchors_of, best

        return best(anchors_of(condition) for condition in self.conditions)

    def test(self, facts: Facts) -> Outcome:
        if len(self.conditions) == 1:
            outcome = self.conditions[0].test(facts)
            if not facts.explaining:
                return outcome
            children = ((self.conditions[0], outcome),)
            return Outcome(outcome.held, captures=outcome.captures, children=children)
        return self._test_each(facts)

    def _test_each(self, facts: Facts) -> Outcome:
        held: bool | None = True
        captures: dict[str, str] = {}
        children: list[tuple[Condition, Outcome | None]] = []
        for condition in self.conditions:
            if held is False and not facts.explaining:
                children.append((condition, None))
                continue
            outcome = condition.test(facts)
            children.append((condition, outcome))
            if outcome.captures:
                captures.update(outcome.captures)
            if outcome.held is False:
                held = False
            elif outcome.held is None and held:
                held = None
        return Outcome(held, captures=captures, children=tuple(children))
