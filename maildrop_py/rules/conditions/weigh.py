"""weigh: many small signs, each with a score, and a total to reach.

procmail's weighted scoring (procmailsc(5)): each entry whose conditions hold adds its
score once. With `each: true` it adds it as often as its expression matches, with
`each: 0.5` half as much each further time: procmail's exponents."""

from __future__ import annotations

import math

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.translation import Text


EACH = "each"
MOST = 2147483647.0
"""procmail's infinity: no sum goes beyond."""
MOST_TOTALS = 4096
"""Where so many totals are possible the answer is unknown: a dozen entries are."""


@record
class Weigh:
    """The scores of those of `entries` that hold add up to a sum that passes `total`."""

    entries: tuple[tuple[Condition, float], ...]
    total: Comparison
    powers: tuple[float | None, ...] = ()

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/weighed"},
        "description": "conditions, each entry with a `score`; `total` beside says what to reach",
    }

    def children(self) -> tuple[Condition, ...]:
        return tuple(condition for condition, _ in self.entries)

    def describe(self, text: Text = str.format) -> str:
        wording = (
            text("{condition}: {score:+g}", condition=condition.describe(text), score=score)
            for condition, score in self.entries
        )
        return text(
            "weighed total {total} of ({wording})",
            total=self.total.describe(),
            wording="; ".join(wording),
        )

    def test(self, facts: Facts) -> Outcome:
        totals = {0.0}
        captures: dict[str, str] = {}
        children: list[tuple[Condition, Outcome | None]] = []
        for number, (condition, score) in enumerate(self.entries):
            outcome = condition.test(facts)
            power = self.powers[number] if self.powers else None
            if power is not None and outcome.held:
                score = _counted(condition, facts, score, power)
            children.append((condition, outcome))
            captures.update((outcome.held and outcome.captures) or {})
            totals = _added(totals, score, outcome.held)
        answers = {self.total.holds(total) for total in totals}
        held = answers.pop() if len(answers) == 1 and len(totals) < MOST_TOTALS else None
        shown = " to ".join(f"{end:g}" for end in sorted({min(totals), max(totals)}))
        return Outcome(held, "weighed total", shown, captures=captures, children=tuple(children))


def _counted(condition: Condition, facts: Facts, score: float, power: float) -> float:
    """The score of all matches, each weighing `power` times the one before."""
    total = 0.0
    for found, empty in _single(condition).occurrences(facts):
        weight = score
        for _ in range(found):
            total, before, weight = total + weight, weight, weight * power
            if abs(total) >= MOST or (abs(weight) < abs(before) and before * before < 1):
                break
        if empty and weight:
            total += weight / (1 - power) if 0 < power < 1 else math.copysign(MOST, weight)
    return max(-MOST, min(MOST, total))


def _single(condition: Condition) -> Any:
    """The one condition of a mapping that has no more."""
    inner = getattr(condition, "conditions", (condition,))
    return inner[0] if len(inner) == 1 else condition


def _power(node: Node, condition: Condition) -> float | None:
    """What `each` says; None without it."""
    for key, value in node.pairs():
        if key.text() == EACH:
            if not hasattr(_single(condition), "occurrences"):
                raise key.mistake(
                    "`each` counts what one expression finds",
                    "it belongs beside raw_headers, raw_body or raw_message alone",
                )
            if value.text().lower() in ("true", "false"):
                return 1.0 if value.boolean() else None
            return float(value.number())
    return None


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
    entries = tuple(_entry(item, scope) for item in items)
    powers = tuple(_power(item, entry[0]) for item, entry in zip(items, entries, strict=True))
    return Weigh(entries, total, powers if any(power is not None for power in powers) else ())


def _entry(node: Node, scope: Scope) -> tuple[Condition, float]:
    pairs = node.pairs()
    scores = [value for key, value in pairs if key.text() == "score"]
    if not scores:
        raise node.mistake("an entry of `weigh` needs a score", "such as {subject: sale, score: 2}")
    rest = [(key, value) for key, value in pairs if key.text() not in ("score", EACH)]
    return scope.conditions(node, rest), float(scores[0].number())
