"""decide: what is to be done with a message, from the message, evidence and rules.

Pure: no file, clock, time zone, environment or log is touched here; asking the
evidence is what may take time. The rules that can fire are found through the
program's index; with `explain` every rule is tried in order, which gives the
same decision with a trace of all that was asked.
"""

from __future__ import annotations

from time import gmtime

from maildrop_py.decision.builder import INBOX, DecisionBuilder
from maildrop_py.decision.decision import Decision, Filing, Reason
from maildrop_py.later import Later
from maildrop_py.rules.condition import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.decision import rule_trace
    from maildrop_py.decision.memory import Memory
    from maildrop_py.decision.rule_trace import RuleTrace
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.rules.condition import Calendar, Outcome
    from maildrop_py.rules.language.rule import Rule
    from maildrop_py.rules.program.program import Program

    Fired = tuple[int, Rule, Outcome | None]
    """A rule that fires: its number, itself, and what its condition came to, if it has one."""
else:
    rule_trace = Later("maildrop_py.decision.rule_trace")


def decide(
    message: Message,
    envelope: Envelope,
    evidence: Evidence,
    program: Program,
    now: float,
    explain: bool = False,
    calendar: Calendar = gmtime,
    memory: Memory | None = None,
) -> Decision:
    """The decision for one message.

    `now` is seconds since the epoch, `calendar` what gives the local date of such
    a time. `memory` is what earlier decisions by the same program left.
    """
    memory = None if explain else memory
    scan = memory.header_scan(program.index) if memory is not None else None
    known, found, fields = scan.scan(message.headers) if scan is not None else (None, (), None)
    delimiters = program.settings.recipient_delimiter
    facts = Facts(message, envelope, evidence, now, explain, known, delimiters, calendar)
    settled: dict[int | str, Decision] = {} if memory is None else memory.settled
    builder: DecisionBuilder | None = None
    reasons: list[Reason] = []
    trace: list[RuleTrace] = []
    if explain:
        fired = _explained(program, facts, trace)
    else:
        fired = _fired(program, program.candidates(facts, found, fields), facts)
    for number, rule, outcome in fired:
        if number in settled and not reasons:
            return settled[number]
        builder = builder or DecisionBuilder(facts, program.settings, calendar)
        _fire(rule, outcome, builder)
        reasons.append(Reason(rule))
        if rule.then.final:
            return _settled(settled, number, builder, rule.name, reasons, trace)
    folder = message.file.folder if message.file is not None else INBOX
    if folder in settled and not reasons:
        return settled[folder]
    builder = builder or DecisionBuilder(facts, program.settings, calendar)
    builder.keep(folder)
    return _settled(settled, folder, builder, None, reasons, trace)


def _fired(program: Program, numbers: Iterable[int], facts: Facts) -> Iterator[Fired]:
    """The rules of these numbers that fire."""
    prepared = program.prepared
    for number in numbers:
        rule, test = prepared[number]
        outcome = None if test is None else test(facts)
        if outcome is None or outcome.held:
            yield number, rule, outcome


def _explained(program: Program, facts: Facts, trace: list[RuleTrace]) -> Iterator[Fired]:
    """All rules that fire; what every rule came to is added to `trace`."""
    for number in range(len(program)):
        rule = program.rule(number)
        outcome = None if rule.when is None else rule.when.test(facts)
        fires = outcome is None or bool(outcome.held)
        trace.append(rule_trace.RuleTrace(rule, outcome, fires))
        if fires:
            yield number, rule, outcome


def _settled(
    settled: dict[int | str, Decision],
    by: int | str,
    builder: DecisionBuilder,
    rule: str | None,
    reasons: list[Reason],
    trace: list[RuleTrace],
) -> Decision:
    """The decision; kept for other messages if only this rule, or folder, made it what it is."""
    decision = builder.decision(rule, tuple(reasons), tuple(trace))
    if len(reasons) == (rule is not None) and not builder.has_values:
        settled[by] = decision
    return decision


def _fire(rule: Rule, outcome: Outcome | None, builder: DecisionBuilder) -> None:
    if outcome is not None and outcome.captures:
        builder.capture(outcome.captures)
    builder.rule, builder.ends = rule.name, rule.then.final
    for action in rule.then.actions:
        action.apply(builder)


def keep() -> Decision:
    """The decision without rules: into INBOX."""
    return Decision((Filing(INBOX),))
