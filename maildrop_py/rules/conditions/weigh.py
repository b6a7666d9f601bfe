"""weigh: many small signs, each with a score, and a total to reach.

procmail's weighted scoring (procmailsc(5)) without its exponents: each entry
whose conditions hold adds its score once."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.comparison import Comparison
    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.document import Node
    from maildrop_py.rules.scope import Scope


@record
class Weigh:
    """The scores of those of `entries` that hold add up to a sum that passes `total`."""

    entries: tuple[tuple[Condition, float], ...]
    total: Comparison

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/weighed"},
        "description": "conditions, each entry with a `score`; `total` beside says what to reach",
    }

    def describe(self) -> str:
        said = (f"{condition.describe()}: {score:+g}" for condition, score in self.entries)
        return f"weighed total {self.total.describe()} of (" + "; ".join(said) + ")"

    def test(self, facts: Facts) -> Outcome:
        least = most = 0.0
        children: list[tuple[Condition, Outcome | None]] = []
        for condition, score in self.entries:
            outcome = condition.test(facts)
            children.append((condition, outcome))
            if outcome.held is not False:
                least += score if outcome.held else min(score, 0.0)
                most += score if outcome.held else max(score, 0.0)
        held = self.total.holds(least) if least == most else self._between(least, most)
        shown = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        return Outcome(held, "weighed total", shown, children=tuple(children))

    def _between(self, least: float, most: float) -> bool | None:
        """The answer where unknown entries leave the total open: known only if it is the same."""
        answers = {self.total.holds(least), self.total.holds(most)}
        return answers.pop() if len(answers) == 1 else None


def parse_weigh(node: Node, scope: Scope, totals: list[Node]) -> Weigh:
    """The entries of `weigh`, and `total` from beside it ("> 0" where it is missing)."""
    from maildrop_py.rules.comparison import PLAIN, Comparison, parse_comparison

    default = Comparison(((">", 0.0),), "> 0")
    total = parse_comparison(totals[0], PLAIN) if totals else default
    return Weigh(tuple(_entry(item, scope) for item in node.items()), total)


def _entry(node: Node, scope: Scope) -> tuple[Condition, float]:
    from maildrop_py.rules.when import parse_pairs

    pairs = node.pairs()
    scores = [value for key, value in pairs if key.text() == "score"]
    if not scores:
        raise node.mistake("an entry of `weigh` needs a score", "such as {subject: sale, score: 2}")
    rest = [(key, value) for key, value in pairs if key.text() != "score"]
    return parse_pairs(node, rest, scope), float(scores[0].number())
