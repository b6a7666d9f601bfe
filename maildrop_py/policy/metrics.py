"""metrics: what `policy` counts, for `policy --metrics`."""

from __future__ import annotations

from maildrop_py.metrics.counters import Counters
from maildrop_py.metrics.families import COUNTER, GAUGE, Family, Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.metrics.counters import Own
    from maildrop_py.policy.plan import Plan

ACTIONS = ("pass", "greylist", "tarpit", "defer", "reject", "prepend", "other")
OUTCOMES = (
    *("new", "early", "late", "clock", "back", "known", "proven", "exempt"),
    *("tarpit", "waited", "unstored", "sent"),
)

KINDS = ("spf", "reverse_name", "helo", "dnsbl", "country")

LAYOUT = Layout(
    (
        Family(
            COUNTER, "policy_actions", "Recipients that were judged, by action.", "action", ACTIONS
        ),
        Family(
            COUNTER,
            "greylist_outcomes",
            "What was remembered of clients that had to wait; `back` and `sent` are those that "
            "came again and passed.",
            "outcome",
            OUTCOMES,
        ),
        Family(
            COUNTER,
            "policy_evidence_unknown",
            "Questions of rules about clients that had no answer.",
            "kind",
            KINDS,
        ),
        Family(GAUGE, "policy_connections", "Connections of mail servers that are open."),
    ),
    names=Family(COUNTER, "policy_rules_fired", "Rules that decided about a recipient.", "rule"),
)
NO_RULE = "(no rule)"
_ACTIONS, _OUTCOMES = LAYOUT.places("policy_actions"), LAYOUT.places("greylist_outcomes")
_UNKNOWN = LAYOUT.places("policy_evidence_unknown")
_VERBS = {
    "DUNNO": "pass",
    "OK": "pass",
    "DEFER_IF_PERMIT": "greylist",
    "SLEEP": "tarpit",
    "PREPEND": "prepend",
}


def policy_counters(workers: int) -> Counters:
    """The counters of a service with so many workers."""
    return Counters(LAYOUT, workers)


class Metrics:
    """What one worker counts."""

    def __init__(self, own: Own) -> None:
        self._own = own

    def decided(self, plan: Plan, action: str, outcome: str, unknown: Iterable[str]) -> None:
        """A recipient was judged; `action` is what the mail server was answered (access(5)).

        `unknown` are the kinds of questions that had no answer.
        """
        verb = _VERBS.get(action.partition(" ")[0], "other")
        kind = plan.verdict if plan.verdict in ("defer", "reject") else verb
        self._own.add(_ACTIONS[kind])
        self._own.name(plan.rule or NO_RULE)
        self._outcome(outcome)
        for kind in unknown:
            if kind in _UNKNOWN:
                self._own.add(_UNKNOWN[kind])

    def sent(self) -> None:
        """A client that had to wait has sent its message."""
        self._outcome("sent")

    def now(self, connections: int) -> None:
        """What is at this moment."""
        self._own.set(LAYOUT.start("policy_connections"), connections)

    def _outcome(self, outcome: str) -> None:
        if outcome in _OUTCOMES:
            self._own.add(_OUTCOMES[outcome])
