"""learn: the decision says as what the message is to be learnt; nothing else changes."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import decided, problem_of, then


@pytest.mark.parametrize(("kind", "learnt"), [("spam", True), ("ham", False)])
def test_the_decision_says_what_to_learn(kind: str, learnt: bool) -> None:
    decision = decided(f"rules: [{{then: {{learn: {kind}}}}}]")
    assert decision.learn is learnt and decision.rule is None
    assert [filing.folder for filing in decision.filings] == ["INBOX"]


def test_without_it_nothing_is_learnt() -> None:
    assert decided("rules: [{then: {flags: [seen]}}]").learn is None


def test_a_later_rule_has_the_last_word() -> None:
    text = "rules: [{name: a, then: {learn: spam}}, {name: b, then: {learn: ham}}]"
    assert decided(text).learn is False


def test_another_kind_is_a_mistake() -> None:
    assert "spam" in problem_of("rules: [{then: {learn: junk}}]")


def test_it_says_itself_in_words() -> None:
    (action,) = then("{learn: spam}").actions
    assert action.describe() == "learn it as spam"
