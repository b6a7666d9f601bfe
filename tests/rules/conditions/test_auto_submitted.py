"""auto_submitted: RFC 3834, and what programs wrote before it."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, when


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("auto-submitted: auto-generated; owner-email=a@b", True),
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: NO (really)", False),
        ("Auto-Submitted: no; x=y\nX-Autoreply: yes", False),
        ("X-Autoreply: yes", True),
        ("X-Autorespond: away", True),
        ("Precedence: auto_reply", True),
        ("Precedence: bulk", False),
        ("Subject: x", False),
    ],
)
def test_signs_of_a_program(head: str, answer: bool) -> None:
    assert held("{auto_submitted: true}", head) is answer


def test_it_shows_what_it_went_by() -> None:
    assert asked("{auto_submitted: true}", "X-Autoreply: yes").label == "X-Autoreply"


def test_it_says_itself_in_words() -> None:
    assert when("{auto_submitted: true}").describe() == "submitted by a program (RFC 3834)"
