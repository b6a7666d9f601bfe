"""to_word: procmail's ^TO: behind anything but a letter."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, seen, when, when_problem


@pytest.mark.parametrize(
    ("value", "answer"),
    [("me", True), ("a.me", True), ("5me", True), ("a-me", True), ("name", False), ("x me", True)],
)
def test_expressions_begin_where_a_word_does(value: str, answer: bool) -> None:
    assert held("{to_word: me}", f"Cc: {value}") is answer


def test_everything_is_an_expression_here() -> None:
    assert held("{to_word: me@example.com}", "To: me@exampleXcom")


def test_it_shows_what_was_written_and_what_matched() -> None:
    assert seen(asked("{to_word: 'm.'}", "To: a.me")) == "me"
    assert when("{to_word: [me, you]}").describe() == "To/Cc/Bcc matches /me/ or matches /you/"


def test_mistakes() -> None:
    assert "bad regular expression" in when_problem("{to_word: 'a('}")
    assert "a text must be here" in when_problem("{to_word: {regex: a}}")
