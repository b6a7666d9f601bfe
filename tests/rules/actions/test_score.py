"""score: points that later `spam_score` conditions see."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import decided, then, then_problem


def test_points_add_up_for_later_rules() -> None:
    rules = """
        rules:
          - {when: {spam_score: '>= 1'}, then: {file: TooEarly}}
          - {then: {score: 2.5}}
          - {then: {score: -0.5}}
          - {when: {spam_score: '>= 2'}, then: {file: Junk}}
    """
    decision = decided(rules)
    assert (decision.filings[0].folder, decision.score) == ("Junk", 2.0)


def test_tenths_add_up_to_what_people_expect() -> None:
    """0.7 + 0.1 + 0.2 is 0.9999999999999999 in floating point."""
    rules = """
        rules:
          - {then: {score: 0.7}}
          - {then: {score: 0.1}}
          - {then: {score: 0.2}}
          - {when: {spam_score: '>= 1'}, then: {file: Junk}}
    """
    assert decided(rules).filings[0].folder == "Junk"


def test_without_it_there_is_no_score() -> None:
    assert decided("rules: []").score is None


@pytest.mark.parametrize("value", ["'2'", "many", "[1]", ".inf", ".nan", "!!int x"])
def test_anything_but_a_number_is_a_mistake(value: str) -> None:
    assert "a number must be here" in then_problem(f"{{score: {value}}}")


def test_it_says_itself_in_words() -> None:
    assert then("{score: 2.0}").actions[0].describe() == "add 2 to the spam score"
