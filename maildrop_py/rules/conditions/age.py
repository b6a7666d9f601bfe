"""age: how long ago the message arrived (if already filed) or was written (its Date)."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.translation import Text


@record
class Age:
    """The age in seconds passes the comparison; unknown without a readable Date."""

    comparison: Comparison

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/comparison"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.matching.comparison import AGES, parse_comparison

        return cls(parse_comparison(node, AGES))

    def describe(self, text: Text = str.format) -> str:
        return text("age {comparison}", comparison=self.comparison.describe())

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.message.date import written_at

        file = facts.message.file
        value = facts.message.headers.first("Date") or ""
        since = file.mtime if file is not None else written_at(value)
        if since is None:
            return Outcome(None, "Date", value, why="no date that can be read")
        age = facts.now - since
        return Outcome(self.comparison.holds(age), "age", f"{age / 86400:.1f} days")
