"""log: each decision as one line of JSON, and the evidence it rests on.

A line has all that it takes to decide again (`replay`): the attributes of the request
and what was learnt of the client. The log is for people too: what was done, by which
rule, and why. Lines are collected and written together, each whole. A log that was renamed
(logrotate) is left within REOPENED seconds.

Reports: nothing is raised. A log that cannot be written is said once, in `warnings`;
decisions go on without it.
"""

from __future__ import annotations

import os
import time
from json import JSONEncoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.decision.decision import Reason
    from maildrop_py.policy.client import ClientEvidence
    from maildrop_py.policy.decide_answer import Answer
    from maildrop_py.policy.plan import Plan
    from maildrop_py.rules.language.rule import Rule

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_encode: Callable[[Any], str] = JSONEncoder(ensure_ascii=False).encode
MOST_WORDS = 1000
"""Rules whose words are remembered; those of a policy that was read again are others."""
REOPENED = 1.0
"""Seconds after which the log is opened again."""
LEFT_OUT = frozenset(("request", "protocol_state", "protocol_name", "queue_id", "etrn_domain"))
"""Attributes that say the same in every line, or nothing before the mail comes."""


class PolicyLog:
    """The log at `place`; None for none. With `countries` each line has the client's country."""

    def __init__(self, place: str | None, countries: bool = False) -> None:
        self.place = place
        self.countries = countries
        self.warnings: list[str] = []
        self._lines: list[str] = []
        self._second = (0, "")
        self._failed = False
        self._words: dict[int, tuple[Rule, str]] = {}
        self._descriptor: int | None = None
        self._opened = 0.0

    def decided(
        self, evidence: ClientEvidence, plan: Plan, answer: Answer | None, action: str, now: float
    ) -> None:
        """One recipient was judged."""
        if self.place is None:
            return
        attributes = evidence.request.attributes
        line: dict[str, Any] = {"time": self._time(now)}
        given = {name: value for name, value in attributes.items() if value}
        line |= {name: value for name, value in given.items() if name not in LEFT_OUT}
        line["sender"] = attributes.get("sender", "")
        line |= {"rule": plan.rule, "want": plan.verdict}
        if plan.score is not None:
            line["score"] = plan.score
        if answer is not None:
            line["outcome"] = answer.outcome
            if answer.left or answer.since:
                line["left" if answer.left else "waited"] = answer.left or answer.since
        line["action"] = action
        line["why"] = [self._in_words(reason) for reason in plan.reasons]
        if self.countries:
            evidence.country()
        line["evidence"] = learnt(evidence) if evidence.has_answers else {}
        self._lines.append(_encode(line))

    def _in_words(self, reason: Reason) -> str:
        """The rule and what it asks; a rule is put into words once.

        It is kept beside them: an object that lives on has its id for itself.
        """
        rule = reason.fired
        kept = self._words.get(id(rule))
        if kept is None:
            if len(self._words) >= MOST_WORDS:
                self._words.clear()
            kept = self._words[id(rule)] = rule, f"{reason.rule}: {reason.because}"
        return kept[1]

    def sent(self, session: str, attributes: Any, now: float) -> None:
        """A client that had to wait has sent its message."""
        if self.place is not None:
            client = {"client_address": attributes.get("client_address", "")}
            line = {"time": self._time(now), "instance": attributes.get("instance", "")}
            self._lines.append(_encode(line | client | {"session": session, "outcome": "sent"}))

    def flush(self) -> None:
        """Write what was collected."""
        lines, self._lines = self._lines, []
        if not lines or self.place is None:
            return
        data = ("\n".join(lines) + "\n").encode("utf-8", "replace")
        try:
            descriptor = self._open(self.place)
            if os.write(descriptor, data) < len(data):
                os.write(descriptor, b"\n")
            self._failed = False
        except OSError as error:
            self.close()
            if not self._failed:
                self.warnings.append(f"the log {self.place} is not written: {error.strerror}")
            self._failed = True

    def close(self) -> None:
        """Close the log; what is decided next opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def _open(self, place: str) -> int:
        now = time.monotonic()
        if now - self._opened >= REOPENED:
            self.close()
        if self._descriptor is None:
            self._descriptor = os.open(place, _APPEND, 0o600)
            self._opened = now
        return self._descriptor

    def _time(self, now: float) -> str:
        second = int(now)
        if self._second[0] != second:
            text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
            self._second = second, text
        return self._second[1]


def learnt(evidence: ClientEvidence) -> dict[str, Any]:
    """What was asked of the world about this client, as the log has it."""
    found: dict[str, Any] = {}
    spf = evidence.answered("spf")
    if spf is not None and not (spf.unknown and spf.result != "temperror"):
        found["spf"] = spf.result
        found["spf_domain"] = spf.domain
        if spf.mechanism:
            found["spf_term"] = spf.mechanism
    listings = evidence.answered("dnsbl")
    if listings:
        asked = {zone: list(one.answers) for zone, one in listings.items() if not one.unknown}
        found |= {"dnsbl": asked} if asked else {}
    country = evidence.answered("country")
    if country is not None and not country.unknown:
        found["country"] = country.code
    known = evidence.answered_known()
    return found if known is None else found | {"known": known}
