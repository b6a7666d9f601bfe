"""bulk: what Precedence says, as procmail reads it."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import held, when


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("Precedence: bulk", True),
        ("Precedence: LIST", True),
        ("precedence: junk", True),
        ("Precedence: first-class", False),
        ("X-Precedence: bulk", False),
        ("Subject: Precedence: bulk", False),
    ],
)
def test_precedence(head: str, answer: bool) -> None:
    assert held("{bulk: true}", head) is answer


def test_it_says_itself_in_words() -> None:
    assert when("{bulk: true}").describe() == "Precedence says bulk, junk or list"
