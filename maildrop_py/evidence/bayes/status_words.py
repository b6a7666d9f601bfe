"""status_words: what the Bayes filter has learnt, in words, for `learn`."""

from __future__ import annotations

from maildrop_py.evidence.bayes.judgement import FEWEST
from maildrop_py.evidence.bayes.store import Status
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def status_in_words(status: Status, now: float) -> list[str]:
    """One line a fact; `now` in seconds since 1970."""
    totals = status.totals
    lines = [f"spam: {totals.spam}", f"ham: {totals.ham}", f"tokens: {status.tokens}"]
    if status.messages:
        ages = (_days(now - status.first), _days(now - status.last))
        lines.append(f"learnt: first {ages[0]} ago, last {ages[1]} ago")
    trials = dict(status.trials)
    for kind in ("spam", "ham"):
        if tried := trials.get(f"tried {kind}", 0):
            wrong = trials[f"wrong {kind}"]
            share = 100 * (tried - wrong) / tried
            lines.append(f"{kind} known before it was learnt: {share:.1f} % of {tried}")
    if not totals.enough:
        lines.append(f"`bayes` is unknown: {FEWEST} messages of each kind are needed")
    elif max(totals.spam, totals.ham) > 10 * min(totals.spam, totals.ham):
        rare = "ham" if totals.spam > totals.ham else "spam"
        lines.append(f"much more of one kind was learnt than of the other: learn more {rare}")
    return lines


def outcomes_in_words(outcomes: Mapping[str, int]) -> str:
    """How many messages were learnt, corrected or forgotten."""
    found = (outcomes or {"learnt": 0}).items()
    return ", ".join(text("{number} {outcome}", number=it[1], outcome=text(it[0])) for it in found)


def _days(seconds: float) -> str:
    days = int(max(seconds, 0) // 86400)
    return f"{days} day" if days == 1 else f"{days} days"
