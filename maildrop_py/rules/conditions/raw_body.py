"""raw_body: an expression over the bytes of the body as they came, undecoded."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts, Outcome
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.raw import RawExpression
    from maildrop_py.translation import Text


@record
class RawBody:
    """One of `expressions` matches the raw body, taken as bytes."""

    expressions: tuple[RawExpression, ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.raw_reader import parse_raw

        return cls(parse_raw(node, scope))

    def describe(self, text: Text = str.format) -> str:
        return text(
            "raw body matches {expressions}",
            expressions=text(" or ").join(e.describe() for e in self.expressions),
        )

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.conditions.raw_search import first_match

        return first_match(self.expressions, self._searched(facts), "body", facts)

    def occurrences(self, facts: Facts) -> list[tuple[int, bool]]:
        """For each expression: how often it matches, whether the last match was of nothing."""
        from maildrop_py.rules.conditions.raw_search import counts

        return counts(self.expressions, self._searched(facts), facts)

    @staticmethod
    def _searched(facts: Facts) -> bytes:
        return facts.message.body()
