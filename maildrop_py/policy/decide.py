"""decide: what is to be done with a client, from the request, evidence and rules.

Pure, as the decision about a message is: no clock, file or store is touched here;
asking the evidence is what may take time.
"""

from __future__ import annotations

from maildrop_py.decision.decision import Reason
from maildrop_py.decision.rule_trace import RuleTrace
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import UNDECLARED
from maildrop_py.policy.greylist import Terms
from maildrop_py.policy.plan import Plan, Tarpit
from maildrop_py.policy.protocol import one_line
from maildrop_py.rules.condition import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from maildrop_py.policy.client import ClientEvidence
    from maildrop_py.rules.program.program import Program
    from maildrop_py.rules.program.template import Template

NAMES = ("client_address", "client_name", "helo_name", "sender", "recipient")
"""What templates know beside what was captured."""

NO_MAIL = b"\n"


class Declared:
    """The source of a message that has not come: `size` bytes, as its sender declared."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def head(self) -> bytes:
        return NO_MAIL

    def content(self, most: int | None = None) -> bytes:
        return NO_MAIL


class ClientFacts(Facts):
    """Facts whose envelope is made when a condition asks for it."""

    __slots__ = ()

    @property
    def envelope(self) -> Envelope:
        return self.evidence.envelope

    @envelope.setter
    def envelope(self, value: Envelope) -> None:
        pass


NOBODY = Envelope()
NOTHING = Message(Declared(UNDECLARED))


def decide(
    evidence: ClientEvidence,
    program: Program,
    now: float,
    explain: bool = False,
    rules: tuple[int, int] | None = None,
) -> Plan:
    """The plan for the request that `evidence` is about; `now` is seconds since the epoch.

    With `rules`, only those numbered from the first to the last but one of them are asked.
    """
    delimiters = program.settings.recipient_delimiter
    facts = ClientFacts(evidence.message, NOBODY, evidence, now, explain, delimiters=delimiters)
    builder = ClientPlanBuilder(facts, evidence)
    reasons: list[Reason] = []
    trace: list[RuleTrace] = []
    numbers = range(len(program)) if explain else program.candidates(facts)
    for number in numbers if rules is None else range(*rules):
        rule = program.rule(number)
        outcome = rule.when.test(facts) if rule.when is not None else None
        fired = outcome is None or bool(outcome.held)
        if explain:
            trace.append(RuleTrace(rule, outcome, fired))
        if not fired:
            continue
        if outcome is not None and outcome.captures:
            facts.variables.update(outcome.captures)
        actions: Any = rule.then.actions
        for action in actions:
            action.apply(builder)
        reasons.append(Reason(rule))
        if rule.then.final:
            return builder.plan(rule.name, tuple(reasons), tuple(trace))
    return builder.plan(None, tuple(reasons), tuple(trace))


class ClientPlanBuilder:
    """A plan in the making, which the actions of rules write on."""

    __slots__ = ("_evidence", "_facts", "_greylist", "_prepend", "_tarpit", "_text", "_verdict")

    def __init__(self, facts: Facts, evidence: ClientEvidence) -> None:
        self._facts = facts
        self._evidence = evidence
        self._verdict, self._text = "pass", ""
        self._greylist: Terms | None = None
        self._tarpit: Tarpit | None = None
        self._prepend: tuple[str, str] | None = None

    def text(self, template: Template) -> str:
        if len(template.parts) == 1 and isinstance(template.parts[0], str):
            return template.parts[0]
        return template.expand(self._values())

    def accept(self) -> None:
        self._verdict = "accept"

    def reject(self, text: str) -> None:
        self._verdict, self._text = "reject", one_line(text)

    def defer(self, text: str) -> None:
        self._verdict, self._text = "defer", one_line(text)

    def greylist(self, delay: int, window: int, remember: int) -> None:
        self._greylist = Terms(delay, window, remember)

    def tarpit(self, seconds: int, at_most: int, instead: tuple[int, int, int] | None) -> None:
        self._tarpit = Tarpit(seconds, at_most, Terms(*instead) if instead else None)

    def prepend(self, name: str, value: str) -> None:
        self._prepend = name, one_line(value)

    def score(self, points: float) -> None:
        self._facts.score = round((self._facts.score or 0.0) + points, 6)

    def set(self, name: str, value: str) -> None:
        self._facts.variables[name] = value

    def plan(
        self, rule: str | None, reasons: tuple[Reason, ...], trace: tuple[RuleTrace, ...]
    ) -> Plan:
        """The finished plan."""
        verdict = self._verdict
        if self._greylist or self._tarpit:
            verdict = "both" if self._greylist and self._tarpit else "greylist"
            verdict = verdict if self._greylist else "tarpit"
        return Plan(
            verdict,
            self._text,
            self._greylist,
            self._tarpit,
            self._prepend,
            rule,
            self._facts.score,
            reasons,
            trace,
        )

    def _values(self) -> Mapping[str, str]:
        """What the names in a template stand for."""
        from time import localtime

        recipient = self._evidence.request.get("recipient")
        today = localtime(self._facts.now)
        values = {name: self._evidence.request.get(name) for name in NAMES}
        values |= {"user": recipient.rpartition("@")[0], "domain": recipient.rpartition("@")[2]}
        values |= {"extension": self._facts.extension()}
        values |= {"year": f"{today.tm_year}", "month": f"{today.tm_mon:02}"}
        return values | {"day": f"{today.tm_mday:02}"} | self._facts.variables
