"""spam_score: the nearest filter's score, and what rules have added."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, decided, facts, held, when, when_problem

FIVE = "X-Spam-Status: Yes, score=5.0 required=5.0 tests=A\nReceived: by mx.example.com"


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("'>= 5'", True),
        ("5", True),
        ("5.0", True),
        ("'> 5'", False),
        ("'>= 3 and < 5'", False),
        ("['< 1', '>= 5']", True),
        ("'>= -1'", True),
    ],
)
def test_the_filters_score_is_compared(test: str, answer: bool) -> None:
    assert held(f"{{spam_score: {test}}}", FIVE) is answer


@pytest.mark.parametrize(
    ("test", "answer"),
    [("'>= 5'", True), ("'> 3 and < 9'", True), ("'< 9'", False), ("'<= 5'", False)],
)
def test_a_score_that_the_sender_may_have_written_clears_nothing(test: str, answer: bool) -> None:
    outcome = asked(f"{{spam_score: {test}}}", "Received: by mx\nX-Spam-Score: 5", explaining=True)
    assert outcome.held is answer
    assert "the sender may have written" in outcome.remark()


def test_without_any_score_nothing_holds() -> None:
    assert held("{spam_score: '< 100'}", "Subject: x") is False


def test_what_rules_added_counts() -> None:
    known = facts(FIVE)
    known.score = 2.5
    outcome = when("{spam_score: '== 7.5'}").test(known)
    assert outcome.held
    assert (outcome.text, outcome.remark()) == ("7.5", "from X-Spam-Status and rules")


def test_it_shows_where_the_score_is_from() -> None:
    assert asked("{spam_score: 1}", FIVE).remark() == "from X-Spam-Status"
    assert "no filter left a score" in asked("{spam_score: 1}", "A: b", explaining=True).why


def test_tenths_of_filter_and_rules_add_up_to_what_people_expect() -> None:
    rules = "rules: [{then: {score: 0.2}}, {when: {spam_score: 0.3}, then: {file: Junk}}]"
    assert decided(rules, "X-Spam-Status: No, score=0.1").filings[0].folder == "Junk"


def test_it_says_itself_in_words() -> None:
    assert when("{spam_score: ['< 1', 5]}").describe() == "spam score < 1 or >= 5"


@pytest.mark.parametrize("text", ["high", "'> '", "'=> 5'", "'5 or 6'", "'>= 5 and '", "nan"])
def test_mistakes(text: str) -> None:
    assert "is not a comparison" in when_problem(f"{{spam_score: {text}}}")
