"""spam_score: the nearest spam filter's score and what earlier rules have added."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, REFUSED, UNKNOWN, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.translation import Text


@record
class SpamScore:
    """The score passes one of the comparisons; without any score none does."""

    comparisons: tuple[Comparison, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/comparisons"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.matching.comparison import PLAIN, parse_comparison

        return cls(tuple(parse_comparison(item, PLAIN) for item in node.alternatives()))

    def describe(self, text: Text = str.format) -> str:
        return text(
            "spam score {comparisons}",
            comparisons=text(" or ").join(each.describe() for each in self.comparisons),
        )

    def test(self, facts: Facts) -> Outcome:
        verdict = facts.evidence.spam()
        if verdict.score is None and facts.score is None and not facts.explaining:
            return UNKNOWN if verdict.unknown else REFUSED
        if verdict.unknown:
            return Outcome(None, "spam score", why=verdict.unknown)
        if verdict.score is None and facts.score is None:
            return Outcome(False, "spam score", why="no filter left a score, and no rule gave one")
        total = round((verdict.score or 0.0) + (facts.score or 0.0), 6)
        sources = [verdict.header] if verdict.score is not None else []
        sources += ["rules"] if facts.score is not None else []
        asked = self.comparisons
        why = "from {sources}"
        if verdict.score is not None and not verdict.believed:
            asked = tuple(each for each in asked if each.has_lower_bound)
            why = (
                "from {sources}, which the sender may have written: "
                "a sign of spam, never of the contrary"
            )
        held = any(comparison.holds(total) for comparison in asked)
        if not (held or facts.explaining):
            return REFUSED
        return Outcome(
            held, "spam score", f"{total:g}", why=why, values={"sources": " and ".join(sources)}
        )
