"""known_sender: the contacts decide about the address in From."""

from __future__ import annotations

import pytest

from maildrop_py.rules.conditions.known_sender import MOST_AUTHORS
from tests.rules.conditions.evident import Answer, holds, outcome
from tests.support.rules_reading import when


@pytest.mark.parametrize("known", [True, False, None])
def test_the_contacts_decide(known: bool | None) -> None:
    contacts = {"ann@a.example": known}
    assert holds("{known_sender: true}", "From: Ann <Ann@A.example>", known=contacts) is known


def test_one_of_several_authors_is_enough() -> None:
    contacts: dict[str, bool | None] = {"bob@b.example": True, "ann@a.example": None}
    head = "From: ann@a.example, bob@b.example"
    assert holds("{known_sender: true}", head, known=contacts) is True


def test_without_an_address_nobody_is_known() -> None:
    assert outcome("{known_sender: true}", "Subject: x").held is False
    assert outcome("{known_sender: true}", "From: <>").why == "no address"


def test_thousands_of_authors_cost_no_thousand_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def known(evidence: Answer, address: str) -> bool:
        looked_up.append(address)
        return False

    monkeypatch.setattr(Answer, "known", known)
    head = "From: " + ", ".join(f"a{number}@b.example" for number in range(5000))
    assert outcome("{known_sender: true}", head).held is False
    assert len(looked_up) == MOST_AUTHORS


def test_it_says_itself_in_words() -> None:
    assert when("{known_sender: true}").describe() == "I have written to the sender before"
