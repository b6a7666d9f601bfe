"""discard: nothing is delivered, nothing is said."""

from __future__ import annotations

from tests.support.rules_reading import decided, then, then_problem


def test_nothing_is_left_to_do() -> None:
    decision = decided("rules: [{name: bin, then: {discard: true}}, {then: {file: A}}]")
    assert decision.actions == () and decision.reject is None
    assert decision.rule == "bin"


def test_false_is_a_mistake_for_it_would_do_nothing() -> None:
    assert "does nothing" in then_problem("{discard: false}")
    assert "true or false must be here" in then_problem("{discard: INBOX}")


def test_it_cannot_go_on() -> None:
    assert "`discard` cannot go on" in then_problem("{discard: true, continue: true}")


def test_it_says_itself_in_words() -> None:
    assert then("{discard: true}").actions[0].describe() == "discard"
