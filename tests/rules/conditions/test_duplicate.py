"""duplicate: the evidence has seen this Message-ID before."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.decision.decide import decide
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program.compiler import compile_rules
from tests.support.rules_reading import (
    NOBODY,
    NOW,
    Answers,
    asked,
    held,
    mail,
    rules_of,
    when,
    when_problem,
)


class Clock:
    """A clock that stands still until somebody moves it."""

    now = NOW

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@pytest.mark.parametrize("known", [True, False, None])
def test_the_evidence_decides(known: bool | None) -> None:
    message = "Message-ID: <x@y>"
    assert held("{duplicate: true}", message, evidence=Answers(known)) is known
    opposite = None if known is None else not known
    assert held("{duplicate: false}", message, evidence=Answers(known)) is opposite


def test_without_a_message_id_nothing_is_a_duplicate() -> None:
    outcome = asked("{duplicate: true}", "Subject: x", evidence=Answers(True))
    assert (outcome.held, outcome.why) == (False, "no such header")


def test_it_says_itself_in_words() -> None:
    assert when("{duplicate: true}").describe() == "delivered here before (same Message-ID)"


@pytest.mark.parametrize(
    ("test", "question"),
    [
        ("{header: X-Event}", ("x-event ", "17", 30 * 86400)),
        ("{header: X-Event, for: 2h, handle: a}", ("x-event a", "17", 7200)),
        ("{for: 90}", ("message-id ", "<x@y>", 90)),
        ("{text: 'event {user}'}", ("text ", "event ", 30 * 86400)),
    ],
)
def test_other_headers_and_texts_are_remembered_for_a_time(
    test: str, question: tuple[str, str, int]
) -> None:
    evidence = Answers(True)
    assert held(f"{{duplicate: {test}}}", "Message-ID: <x@y>\nX-Event: 17", evidence=evidence)
    assert evidence.asked == question


def test_a_message_without_the_header_is_no_duplicate() -> None:
    assert held("{duplicate: {header: X-Event}}", "X-Event:", evidence=Answers(True)) is False


def test_only_what_was_delivered_is_remembered_and_for_its_time_only(tmp_path: Path) -> None:
    clock = Clock()

    def arrives(head: str, test: str = "{header: X-Event, for: 1h}", delivered: bool = True) -> str:
        rules = f"rules: [{{when: {{duplicate: {test}}}, then: {{file: Again}}}}]"
        evidence = Evidence(mail(head), NOBODY, Settings(), str(tmp_path), clock=clock)
        program = compile_rules(rules_of(rules))
        decision = decide(mail(head), NOBODY, evidence, program, NOW)
        if delivered:
            evidence.delivered()
        return decision.filings[0].folder

    assert arrives("X-Event: 17", delivered=False) == "INBOX"
    assert arrives("X-Event: 17") == "INBOX"
    assert arrives("X-Event:  17 ") == "Again"
    assert arrives("X-Event: 18") == "INBOX"
    assert arrives("X-Other: 17", "{header: X-Other}") == "INBOX"
    assert arrives("X-Event: 17", "{header: X-Event, for: 1h, handle: mine}") == "INBOX"
    assert arrives("X-Event: " + "long " * 1000) == "INBOX"
    assert arrives("X-Event: " + "long " * 1000) == "Again"
    clock.now += 3601
    assert arrives("X-Event: 17") == "INBOX"


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{}", "true, or such as {header: X-Event-Id}"),
        ("{header: a, text: b}", "`text` takes the place of `header`"),
        ("{header: a, for: 0s}", "out of range"),
        ("{header: a, for: 5 moons}", "is not a length of time"),
        ("{header: a b}", "cannot be a header's name"),
        ("{seconds: 5}", "one of: for, handle, header, text"),
        ("{text: '{nobody}'}", "nothing sets {nobody}"),
    ],
)
def test_mistakes(test: str, said: str) -> None:
    assert said in when_problem(f"{{duplicate: {test}}}")


def test_its_keys_are_said_in_words() -> None:
    condition = when("{duplicate: {header: X-Event, for: 7d, handle: mine}}")
    assert condition.describe() == "delivered here before (same X-Event, in 7d, mine)"
