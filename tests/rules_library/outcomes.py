"""outcomes: what a set of rules does with an example's message."""

from __future__ import annotations

from maildrop_py.decision.decide import decide
from maildrop_py.decision.examples import Stated
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.record import record
from maildrop_py.rules.language.examples import NOON, Example
from maildrop_py.rules.language.rule_set import RuleSet
from maildrop_py.rules.program.compiler import compile_rules
from maildrop_py.rules.program.program import Program


@record
class Outcome:
    """The folder the message ends in, None if it is discarded, and the rules that fired."""

    place: str | None
    fired: tuple[str, ...]


def outcome(rules: RuleSet, example: Example) -> Outcome:
    """What all of `rules` do with the message of the example."""
    message = Message(BytesSource(example.message), file=example.filed)
    program = _compiled(rules)
    evidence = Stated(example, message, program.settings)
    decision = decide(message, example.envelope, evidence, program, NOON)
    place = decision.filings[-1].folder if decision.filings else None
    return Outcome(place, tuple(reason.rule for reason in decision.reasons))


_programs: dict[int, tuple[RuleSet, Program]] = {}


def _compiled(rules: RuleSet) -> Program:
    """Compiled once for each set; the set is kept, so that its id stays its own."""
    if id(rules) not in _programs:
        _programs[id(rules)] = (rules, compile_rules(rules))
    return _programs[id(rules)][1]
