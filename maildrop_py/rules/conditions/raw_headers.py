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


BY_LINES = "(?m)"


@record
class RawHeaders:
    """One of `expressions` matches the unfolded header block, taken as bytes."""

    expressions: tuple[str, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import check_regex

        expressions = []
        for item in node.alternatives():
            expression = check_regex(item, item.text(), scope, latin1=True)
            expressions.append(BY_LINES + item.text())
            scope.rule_groups |= set(expression.groups)
        return cls(tuple(expressions))

    def describe(self) -> str:
        return "header block matches " + " or ".join(
            f"/{each.removeprefix(BY_LINES)}/" for each in self.expressions
        )

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.conditions.macros import search_block

        for expression in self.expressions:
            outcome = search_block(expression, facts)
            if outcome.held:
                return outcome
        return Outcome(False, why="no header line matches")
