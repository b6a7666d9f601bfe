"""examples: does every message that a rules file gives as an example go where it says?

Each example becomes a call of `decide`, with evidence that asks nobody: what
the example does not state is unknown. The clock is stopped at NOON, so that the
result is the same every day. An included file's examples are judged by that
file's rules alone: whoever includes it may put other rules before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.evidence.bayes.judgement import Judgement
from maildrop_py.evidence.dnsbl import Listing
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.evidence.result_fields import Finding
from maildrop_py.evidence.scanners.answer import Answer
from maildrop_py.evidence.spf import Spf
from maildrop_py.evidence.trusted_headers import Authentication
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.record import record, replace
from maildrop_py.rule_error import Problem
from maildrop_py.rules.actions.file import File
from maildrop_py.rules.language.document import suggestion
from maildrop_py.rules.language.examples import NOON
from maildrop_py.rules.language.flag_names import in_words
from maildrop_py.rules.program.compiler import compile_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.settings import Settings
    from maildrop_py.message.spam import Verdict
    from maildrop_py.rules.language.examples import Example
    from maildrop_py.rules.language.rule import Rule
    from maildrop_py.rules.language.rule_set import RuleSet
    from maildrop_py.rules.program.program import Program

SOME_CLIENT = "203.0.113.1"
"""The client's address where an example has its name or HELO alone (RFC 5737)."""
NOT_STATED = "the example does not say"


@record
class Failure:
    """One example that does not do what it says; each difference in words."""

    file: str
    line: int
    differences: tuple[str, ...]

    @property
    def problem(self) -> Problem:
        """The same as a mistake in the rules file, with its place."""
        return Problem(self.file, self.line, 1, "example: " + "; ".join(self.differences))

    def __str__(self) -> str:
        return str(self.problem)


def run_examples(rules: RuleSet) -> list[Failure]:
    """Every example of the rules that comes out differently, in order; none if all is well."""
    programs: dict[tuple[int, int], Program] = {}
    failures = []
    for example in rules.examples:
        first, last = span = example.rules or (0, len(rules.rules))
        judging = rules.rules[first:last]
        if span not in programs:
            programs[span] = compile_rules(replace(rules, rules=judging))
        differences = _differences(example, programs[span], judging)
        if differences:
            failures.append(Failure(example.file, example.line, differences))
    return failures


class Stated(Evidence):
    """Knows what the example states, and asks nobody."""

    def __init__(self, example: Example, message: Message, settings: Settings) -> None:
        envelope = example.envelope
        if envelope.client_address is None and (envelope.client_name or envelope.helo):
            envelope = replace(envelope, client_address=SOME_CLIENT)
        super().__init__(message, envelope, settings, offline=True)
        self._stated: dict[str, Any] = dict(example.evidence)

    def border(self) -> Border:
        """As ever; unknown rather than inside where the example has nothing of a client."""
        found = super().border()
        wording = self.envelope.client_address or self.message.headers.all("Received")
        return found if wording else replace(found, inside=False, unknown=NOT_STATED)

    def spf(self) -> Spf:
        result = self._stated.get("spf")
        if result is None:
            return super().spf()
        domain = (self.border().sender or self.envelope.helo or "").rpartition("@")[2].lower()
        unknown = NOT_STATED if result == "temperror" else ""
        return Spf(result, domain, source="the example", unknown=unknown)

    def auth(self) -> Authentication:
        if "auth" not in self._stated:
            return super().auth()
        findings = (Finding(method, result) for method, result in self._stated["auth"])
        return Authentication(tuple(findings), ("the example",))

    def dnsbl(self, zone: str) -> Listing:
        answers = dict(self._stated.get("dnsbl", ())).get(zone)
        return Listing(zone, answers or (), "" if answers is not None else NOT_STATED)

    def known(self, address: str) -> bool | None:
        return self._stated.get("known")

    def duplicate(self) -> bool | None:
        return self._stated.get("duplicate")

    def repeated(self, kind: str, value: str, seconds: int) -> bool | None:
        return self._stated.get("duplicate")

    def folder_exists(self, name: str) -> bool | None:
        folders = self._stated.get("folders")
        return None if folders is None else name in folders

    def virus(self) -> Answer:
        name = self._stated.get("virus")
        if name is None:
            return Answer("clamd", unknown=NOT_STATED)
        return Answer("clamd", flag=bool(name), names=(name,) if name else ())

    def spam(self) -> Verdict:
        """As the headers of the example say it: they take the place of any filter."""
        return self._once("spam", self._spam)

    def bayes(self, most_clues: int = 0) -> Judgement:
        stated = self._stated.get("bayes")
        return Judgement(stated, unknown=NOT_STATED if stated is None else "")


def _differences(example: Example, program: Program, rules: tuple[Rule, ...]) -> tuple[str, ...]:
    message = Message(BytesSource(example.message), file=example.filed)
    evidence = Stated(example, message, program.settings)
    decision = decide(message, example.envelope, evidence, program, NOON)
    names = {rule.name: rule for rule in rules}
    outcome = _Result(decision, names.get(decision.rule or ""))
    found = []
    for key, expected in example.expect:
        actual = _READERS[key](outcome)
        if not _same(key, expected, actual):
            wording = f"`{key}` should be {_in_words(expected)}, but is {_in_words(actual)}"
            unknown = key == "rule" and expected is not None and expected not in names
            hint = suggestion(str(expected), names) if unknown else ""
            found.append(f"{wording}; there is no such rule: {hint}" if unknown else wording)
    if found and decision.rule is not None and "rule" not in dict(example.expect):
        found.append(f"rule {decision.rule!r} ended the run")
    return tuple(found)


class _Result:
    """What a decision does with the message itself, and with copies of it."""

    def __init__(self, decision: Decision, last: Rule | None) -> None:
        self.decision = decision
        filings = list(decision.filings)
        files = last is None or isinstance(last.then.actions[-1], File)
        self.main: Filing | None = filings.pop() if files and filings else None
        self.copies = sorted(filing.folder for filing in filings)

    def flags(self) -> tuple[str, tuple[str, ...]]:
        return (self.main.flags, self.main.keywords) if self.main else ("", ())

    def discarded(self) -> bool:
        passed_on = any(isinstance(each, Forward | Pipe) for each in self.decision.actions)
        return self.main is None and self.decision.reject is None and not passed_on

    def forwarded(self) -> str | None:
        found = [each.address for each in self.decision.actions if isinstance(each, Forward)]
        return found[-1] if found else None


_READERS: dict[str, Callable[[_Result], Any]] = {
    "rule": lambda result: result.decision.rule,
    "file": lambda result: result.main.folder if result.main else None,
    "copies": lambda result: result.copies,
    "flags": lambda result: result.flags(),
    "discard": lambda result: result.discarded(),
    "reject": lambda result: result.decision.reject,
    "forward": lambda result: result.forwarded(),
    "score": lambda result: result.decision.score or 0.0,
}


def _same(key: str, expected: Any, actual: Any) -> bool:
    if key == "reject" and isinstance(expected, bool):
        return expected == (actual is not None)
    if key == "flags":
        return bool(expected[0] == actual[0] and set(expected[1]) == set(actual[1]))
    if key == "score":
        return bool(abs(expected - actual) < 1e-9)
    return bool((sorted(expected) if key == "copies" else expected) == actual)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], tuple):
        return in_words(*value) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else repr(value)
