"""metrics: what `serve` counts, for `serve --metrics`.

Where each recipient's own process delivers, rules and evidence are that user's, and nobody
else's business: they are counted only where the worker itself decides.
"""

from __future__ import annotations

import time

from maildrop_py.metrics.counters import Counters
from maildrop_py.metrics.families import COUNTER, GAUGE, HISTOGRAM, Family, Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.lmtp.reply import Reply
    from maildrop_py.metrics.counters import Own

RESULTS = {2: "delivered", 4: "deferred", 5: "refused"}
KINDS = ("spf", "reverse_name", "helo", "dnsbl", "spam", "virus")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 240.0)

LAYOUT = Layout(
    (
        Family(
            COUNTER,
            "messages",
            "Messages that were answered, one for each recipient.",
            "result",
            tuple(RESULTS.values()),
        ),
        Family(
            HISTOGRAM,
            "delivery_seconds",
            "Seconds from the end of a message to its reply.",
            bounds=SECONDS,
            unit="seconds",
        ),
        Family(COUNTER, "limits_reached", "Times that a client or user reached a limit."),
        Family(
            COUNTER,
            "evidence_unknown",
            "Questions of rules that had no answer; not where users' own processes deliver.",
            "kind",
            KINDS,
        ),
        Family(GAUGE, "sessions", "LMTP sessions that are open."),
        Family(GAUGE, "recipient_processes", "Processes of recipients that run."),
        Family(GAUGE, "waiting_messages", "Messages that wait for, or are in, such a process."),
    ),
    names=Family(
        COUNTER,
        "rules_fired",
        "Rules that ended the run; not where users' own processes deliver.",
        "rule",
    ),
)
NO_RULE = "(no rule)"


def serve_counters(workers: int) -> Counters:
    """The counters of a server with so many workers."""
    return Counters(LAYOUT, workers)


def uncounted() -> Metrics:
    """For who does not want to know: what it counts is seen by nobody."""
    return Metrics(serve_counters(1).own(0))


class Metrics:
    """What one worker counts."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self._results = LAYOUT.places("messages")
        self._unknown = LAYOUT.places("evidence_unknown")
        self._limits = LAYOUT.start("limits_reached")

    def answered(self, reply: Reply, began: float) -> None:
        """A recipient's message has its reply; `began` is a time.monotonic() value."""
        result = RESULTS.get(reply.code // 100)
        if result is not None:
            self._own.add(self._results[result])
        self._own.observe("delivery_seconds", time.monotonic() - began)

    def limit_reached(self) -> None:
        """A client or user reached a limit."""
        self._own.add(self._limits)

    def decided(self, decision: Decision | None, evidence: Evidence | None) -> None:
        """What a worker decided itself."""
        if decision is not None:
            self._own.name(decision.rule or NO_RULE)
        if evidence is not None:
            for kind in evidence.unknown():
                if kind in self._unknown:
                    self._own.add(self._unknown[kind])

    def now(self, sessions: int, processes: int = 0, waiting: int = 0) -> None:
        """What is at this moment."""
        numbers = {
            "sessions": sessions,
            "recipient_processes": processes,
            "waiting_messages": waiting,
        }
        for name, number in numbers.items():
            self._own.set(LAYOUT.start(name), number)
