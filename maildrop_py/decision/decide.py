"""decide: what is to be done with a message, from the message, evidence and rules.

Pure: no file, clock, environment or log is touched here; asking the evidence is
what may take time. The rules that can fire are found through the program's
index; with `explain` every rule is tried in order, which gives the same
decision with a trace of it all.
"""

from __future__ import annotations

from maildrop_py.decision.builder import INBOX, Draft
from maildrop_py.decision.decision import Decision, Filing, Reason, RuleTrace
from maildrop_py.rules.condition import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.rules.condition import Outcome
    from maildrop_py.rules.language.rule_set import Rule
    from maildrop_py.rules.program.program import Program


def decide(
    message: Message,
    envelope: Envelope,
    evidence: Evidence,
    program: Program,
    now: float,
    explain: bool = False,
) -> Decision:
    """The decision for one message; `now` is seconds since the epoch."""
    facts = Facts(message, envelope, evidence, now, explain)
    draft: Draft | None = None
    reasons: list[Reason] = []
    trace: list[RuleTrace] = []
    settled: dict[int | str, Decision] = {} if explain else program.settled
    numbers: Iterable[int] = range(len(program)) if explain else program.candidates(facts)
    for number in numbers:
        rule = program.rule(number)
        outcome = rule.when.test(facts) if rule.when is not None else None
        fired = outcome is None or bool(outcome.held)
        if explain:
            trace.append(RuleTrace(rule, outcome, fired))
        if not fired:
            continue
        if number in settled and not reasons:
            return settled[number]
        draft = draft or Draft(facts, program.settings)
        _fire(rule, outcome, draft)
        reasons.append(Reason(rule))
        if rule.then.final:
            return _settled(settled, number, draft, rule.name, reasons, trace)
    home = message.filed.folder if message.filed is not None else INBOX
    if home in settled and not reasons:
        return settled[home]
    draft = draft or Draft(facts, program.settings)
    draft.keep(home)
    return _settled(settled, home, draft, None, reasons, trace)


def _settled(
    settled: dict[int | str, Decision],
    by: int | str,
    draft: Draft,
    rule: str | None,
    reasons: list[Reason],
    trace: list[RuleTrace],
) -> Decision:
    """The decision; kept for other messages if only this rule, or folder, made it what it is."""
    decision = draft.decision(rule, tuple(reasons), tuple(trace))
    if len(reasons) == (rule is not None) and not draft.has_values:
        settled[by] = decision
    return decision


def _fire(rule: Rule, outcome: Outcome | None, draft: Draft) -> None:
    if outcome is not None and outcome.captures:
        draft.capture(outcome.captures)
    draft.rule, draft.ends = rule.name, rule.then.final
    for action in rule.then.actions:
        action.apply(draft)


def keep() -> Decision:
    """The decision without rules: into INBOX."""
    return Decision((Filing(INBOX),))
