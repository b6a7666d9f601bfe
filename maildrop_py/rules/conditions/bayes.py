"""bayes: how probably the message is spam, by what people called mail like it.

Unknown until enough was learnt. `maildrop-py learn` teaches, and so do the action
`learn` and, under `watch`, people who move mail into Junk and out of it.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.translation import Text

SHOWN = 12
"""Tokens that an explanation names."""


@record
class Bayes:
    """The probability, 0 to 1, passes one of the comparisons."""

    comparisons: tuple[Comparison, ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/comparisons"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.matching.comparison import PLAIN, parse_comparison

        comparisons = tuple(parse_comparison(item, PLAIN) for item in node.alternatives())
        for comparison in comparisons:
            if any(not 0 <= bound <= 1 for _, bound in comparison.terms):
                raise node.mistake("a probability is from 0 to 1", 'such as ">= 0.9"')
        return cls(comparisons)

    def describe(self, text: Text = str.format) -> str:
        asked = text(" or ").join(each.describe() for each in self.comparisons)
        return text("probability of spam, as learnt, {asked}", asked=asked)

    def test(self, facts: Facts) -> Outcome:
        judged = facts.evidence.bayes(SHOWN if facts.explaining else 0)
        if judged.probability is None:
            return Outcome(None, "bayes", why=judged.unknown)
        held = any(each.holds(judged.probability) for each in self.comparisons)
        shown = f"{judged.probability:.4f}"
        return Outcome(held, "bayes", shown, why="; ".join(judged.sentences()))
