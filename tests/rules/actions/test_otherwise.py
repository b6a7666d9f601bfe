"""otherwise: what is done where the program beside it fails."""

from __future__ import annotations

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.source import BytesSource
from tests.support.rules_reading import Answers, decided, then, then_problem

ALLOWED = "allow_commands: true"


def test_all_of_it_is_decided_before_anything_is_done() -> None:
    rules = f"""
        {ALLOWED}
        rules:
          - name: p
            when: {{subject: '(?P<s>.*)'}}
            then: {{pipe: [x], otherwise: {{file: 'Failed/{{s}}', flags: [seen], copy: A}}}}
    """
    others = (Filing("A", rule="p"), Filing("Failed/hi", "S", rule="p"))
    assert decided(rules, "Subject: hi").actions == (Pipe(("x",), "p", otherwise=others),)


def test_forwards_may_have_one_and_the_run_may_go_on() -> None:
    rules = "rules: [{then: {forward: a@b, otherwise: {forward: c@d}, continue: true}}]"
    assert decided(rules).actions == (
        Forward("a@b", "rule 1", otherwise=(Forward("c@d", "rule 1"),)),
        Filing("INBOX"),
    )


class Filters(Answers):
    """Evidence with a filter that fails or not."""

    def __init__(self, result: bytes | None, runs: bool = True) -> None:
        super().__init__()
        self._result, self._can = result, runs

    @property
    def runs_programs(self) -> bool:
        return self._can

    def filtered(self, call: object, source: object) -> BytesSource | None:
        return None if self._result is None else BytesSource(self._result)


@pytest.mark.parametrize(
    ("evidence", "flags"),
    [
        (Filters(None), "F"),
        (Filters(b"A: b\n\n"), ""),
        (Filters(None, runs=False), ""),  # a dry run knows nothing of a failure
    ],
)
def test_a_filter_that_fails_may_leave_a_mark(evidence: Evidence, flags: str) -> None:
    rules = f"{ALLOWED}\nrules: [{{then: {{filter: [x], otherwise: {{flags: flagged}}}}}}]"
    assert decided(rules, evidence=evidence).filings[0].flags == flags


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{file: A, otherwise: {file: B}}", "it belongs beside one `pipe`, `forward` or `filter`"),
        ("{filter: [a], pipe: [b], otherwise: {file: B}}", "it belongs beside one"),
        ("{otherwise: {file: B}}", "nothing is done here"),
        ("{pipe: [a], otherwise: {discard: true}}", "the message would be lost"),
        ("{pipe: [a], otherwise: {reject: a}}", "the sender cannot mend a program"),
        ("{pipe: [a], otherwise: {defer: a}}", "the mail server is told to try again"),
        ("{pipe: [a], otherwise: {flags: seen}}", "nobody would get the message"),
        ("{pipe: [a], otherwise: {}}", "nothing is done here"),
        ("{pipe: [a], otherwise: {file: A, continue: true}}", "cannot be under `otherwise`"),
        ("{pipe: [a], otherwise: {file: A, pipe: [b]}}", "both end the run"),
        ("{filter: [a], otherwise: {file: A}}", "one of: flags, copy, score"),
        ("{pipe: [a], otherwise: A}", "a mapping (`key: value`) must be here"),
        ("{pipe: [a], otherwize: {file: A}}", "did you mean `otherwise`?"),
    ],
)
def test_mistakes(value: str, said: str) -> None:
    assert said in then_problem(value, ALLOWED)


def test_it_says_itself_in_words() -> None:
    (action,) = then("{pipe: [a], otherwise: {file: A, flags: seen}}", ALLOWED).actions
    assert action.describe() == "pipe to a, otherwise file into A as seen"
