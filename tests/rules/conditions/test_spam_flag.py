"""spam_flag: the nearest filter's yes or no."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, when


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Flag: NO", False),
        ("X-Spam-Status: Yes, score=9 required=5", True),
        ("X-Spam-Status: No", False),
        ("Subject: x", False),
    ],
)
def test_the_filter_decides(head: str, answer: bool) -> None:
    assert held("{spam_flag: true}", head) is answer
    assert held("{spam_flag: false}", head) is (not answer)


def test_it_shows_whose_verdict_it_is() -> None:
    outcome = asked("{spam_flag: true}", "X-Spam-Flag: YES")
    assert (outcome.label, outcome.text) == ("X-Spam-Flag", "spam")
    assert asked("{spam_flag: true}", explaining=True).why == "no filter left a verdict"


def test_it_says_itself_in_words() -> None:
    assert when("{spam_flag: true}").describe() == "a spam filter called it spam"
