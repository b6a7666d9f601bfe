"""weigh: many small signs, each with a score, and a total to reach.

procmail's weighted scoring (procmailsc(5)) without its exponents: each entry
whose conditions hold adds its score once."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.comparison import Comparison


MOST_TOTALS = 4096
"""Where so many totals are possible the answer is unknown: a dozen entries are."""


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

    def children(self) -> tuple[Condition, ...]:
        return tuple(condition for condition, _ in self.entries)

    def describe(self) -> str:
        said = (f"{condition.describe()}: {score:+g}" for condition, score in self.entries)
        return f"weighed total {self.total.describe()} of (" + "; ".join(said) + ")"

    def test(self, facts: Facts) -> Outcome:
        totals = {0.0}
        captures: dict[str, str] = {}
        children: list[tuple[Condition, Outcome | None]] = []
        for condition, score in self.entries:
            outcome = condition.test(facts)
            children.append((condition, outcome))
            captures.update((outcome.held and outcome.captures) or {})
            totals = _added(totals, score, outcome.held)
        answers = {self.total.holds(total) for total in totals}
        held = answers.pop() if len(answers) == 1 and len(totals) < MOST_TOTALS else None
        shown = " to ".join(f"{end:g}" for end in sorted({min(totals), max(totals)}))
        return Outcome(held, "weighed total", shown, captures=captures, children=tuple(children))


def _added(totals: set[float], score: float, held: bool | None) -> set[float]:
    """The totals that are possible with one entry more, which may be unknown.

    Rounded, because 0.7 + 0.1 + 0.2 would be less than 1.
    """
    if held is False or len(totals) >= MOST_TOTALS:
        return totals
    more = {round(total + score, 6) for total in totals}
    return more if held else totals | more


def parse_weigh(node: Node, scope: Scope, totals: list[Node]) -> Weigh:
    """The entries of `weigh`, and `total` from beside it ("> 0" where it is missing)."""
    from maildrop_py.rules.matching.comparison import PLAIN, Comparison, parse_comparison

    items = node.items()
    if not items:
        raise node.mistake("nothing is weighed here", "such as [{subject: sale, score: 2}]")
    default = Comparison(((">", 0.0),), "> 0")
    total = parse_comparison(totals[0], PLAIN) if totals else default
    return Weigh(tuple(_entry(item, scope) for item in items), total)


def _entry(node: Node, scope: Scope) -> tuple[Condition, float]:
    pairs = node.pairs()
    scores = [value for key, value in pairs if key.text() == "score"]
    if not scores:
        raise node.mistake("an entry of `weigh` needs a score", "such as {subject: sale, score: 2}")
    rest = [(key, value) for key, value in pairs if key.text() != "score"]
    return scope.conditions(node, rest), float(scores[0].number())
