"""reply: how it is written; whom it answers is in tests/decision/test_answering.py."""

from __future__ import annotations

from tests.support.rules_reading import then, then_problem


def test_a_text_is_enough() -> None:
    (short,) = then("{reply: Thank you.}").actions
    (long,) = then("{reply: {text: Thank you.}}").actions
    assert short == long
    assert short.describe() == "answer: Thank you."


def test_mistakes() -> None:
    assert "the text is missing" in then_problem("{reply: {subject: x}}")
    assert "unknown key 'days'" in then_problem("{reply: {text: x, days: 3}}")
