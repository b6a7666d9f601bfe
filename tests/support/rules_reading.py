"""Short ways from YAML and mail to what the tests are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.message_file import StatedFile
from maildrop_py.message.source import BytesSource
from maildrop_py.rule_error import Problem, RuleError
from maildrop_py.rules.condition import Facts, Outcome
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.language.rule import Then
from maildrop_py.rules.language.rule_set import RuleSet
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program.compiler import compile_rules

if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition

NOW = 1_790_000_000.0
"""Seconds since the epoch: 21 September 2026, 14:13:20 UTC."""

NOBODY = Envelope()


class Answers(Evidence):
    """Evidence that knows its answers beforehand; what it does not know is None."""

    def __init__(self, duplicate: bool | None = None, **statuses: int) -> None:
        super().__init__(mail(""), NOBODY, Settings())
        self._duplicate = duplicate
        self.asked = ("", "", 0)
        self.folders: tuple[str, ...] | None = None
        self._by_program = statuses

    def duplicate(self) -> bool | None:
        return self._duplicate

    def repeated(self, kind: str, value: str, seconds: int) -> bool | None:
        self.asked = (kind, value, seconds)
        return self._duplicate

    def folder_exists(self, name: str) -> bool | None:
        return None if self.folders is None else name in self.folders

    def command(self, argv: tuple[str, ...]) -> int | None:
        return self._by_program.get(argv[0])


class NeverAsked:
    """A condition that must not be asked."""

    COST = 0

    def describe(self) -> str:
        return "never asked"

    def test(self, facts: Facts) -> Outcome:
        raise AssertionError("the answer was known before")


def mail(head: str | bytes, body: str | bytes = "", file: StatedFile | None = None) -> Message:
    """A message with these header lines."""
    head, body = (part.encode() if isinstance(part, str) else part for part in (head, body))
    return Message(BytesSource(head.rstrip(b"\n") + b"\n\n" + body), file=file)


def facts(
    message: Message | str | bytes = "",
    envelope: Envelope = NOBODY,
    evidence: Evidence | None = None,
    now: float = NOW,
    explaining: bool = False,
) -> Facts:
    found = message if isinstance(message, Message) else mail(message)
    return Facts(found, envelope, _about(found, envelope, evidence), now, explaining)


def _about(message: Message, envelope: Envelope, evidence: Evidence | None) -> Evidence:
    evidence = evidence or Answers()
    evidence.message, evidence.envelope = message, envelope
    return evidence


def rules_of(text: str) -> RuleSet:
    """The rules in a text, which must be without mistakes."""
    return load_text(text)


def problems_of(text: str) -> list[Problem]:
    """The mistakes in a text, of which there must be some."""
    with pytest.raises(RuleError) as caught:
        load_text(text)
    return caught.value.problems


def problem_of(text: str) -> str:
    """The only mistake in a text, in words with its hint."""
    (problem,) = problems_of(text)
    return f"{problem.text} ({problem.hint})"


def when(text: str, top: str = "") -> Condition:
    """The only condition in a `when`, written as YAML in one line."""
    condition = whole_when(text, top)
    inner: tuple[Condition, ...] = getattr(condition, "conditions", ())
    return inner[0] if len(inner) == 1 else condition


def whole_when(text: str, top: str = "") -> Condition:
    """The condition of a whole `when`."""
    (rule,) = rules_of(f"{top}\nrules: [{{when: {text}, then: {{file: INBOX}}}}]").rules
    assert rule.when is not None
    return rule.when


def when_problem(text: str, top: str = "") -> str:
    """The only mistake in a `when`."""
    return problem_of(f"{top}\nrules: [{{when: {text}, then: {{file: INBOX}}}}]")


def then(text: str, top: str = "", when: str = "") -> Then:
    """The actions of a `then`, written as YAML in one line."""
    said = f"when: {when}, " if when else ""
    (rule,) = rules_of(f"{top}\nrules: [{{{said}then: {text}}}]").rules
    return rule.then


def then_problem(text: str, top: str = "", when: str = "") -> str:
    """The only mistake in a `then`."""
    said = f"when: {when}, " if when else ""
    return problem_of(f"{top}\nrules: [{{{said}then: {text}}}]")


def asked(
    text: str,
    message: Message | str | bytes = "",
    envelope: Envelope = NOBODY,
    evidence: Evidence | None = None,
    explaining: bool = False,
) -> Outcome:
    """What the only condition in a `when` answers."""
    given = facts(message, envelope, evidence, explaining=explaining)
    return when(text, "allow_commands: true").test(given)


def held(
    text: str,
    message: Message | str | bytes = "",
    envelope: Envelope = NOBODY,
    evidence: Evidence | None = None,
) -> bool | None:
    """Whether the only condition in a `when` holds."""
    return asked(text, message, envelope, evidence).held


def decided(
    rules: str | RuleSet,
    message: Message | str | bytes = "",
    envelope: Envelope = NOBODY,
    evidence: Evidence | None = None,
    explain: bool = False,
) -> Decision:
    """The decision about a message, as delivery would make it."""
    found = message if isinstance(message, Message) else mail(message)
    program = compile_rules(rules_of(rules) if isinstance(rules, str) else rules)
    return decide(found, envelope, _about(found, envelope, evidence), program, NOW, explain)


def seen(outcome: Outcome) -> str:
    """The part of the text that an outcome says matched."""
    assert outcome.span is not None
    return outcome.text[slice(*outcome.span)]
