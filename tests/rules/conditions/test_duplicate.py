"""duplicate: the evidence has seen this Message-ID before."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import Answers, asked, held, when


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
