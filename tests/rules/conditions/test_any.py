"""any: one condition must hold."""

from __future__ import annotations

import pytest

from maildrop_py.rules.conditions.any import Any_
from tests.support.rules_reading import Answers, NeverAsked, asked, facts, held, when, when_problem

MAIL = "Subject: hello\nX-A: one\nMessage-ID: <x@y>"
YES, NO, UNKNOWN = "subject: hello", "subject: other", "duplicate: true"


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        ([NO, YES], True),
        ([NO, NO], False),
        ([UNKNOWN, YES], True),
        ([YES, UNKNOWN], True),
        ([UNKNOWN, NO], None),
        ([NO, UNKNOWN], None),
    ],
)
def test_true_wins_over_unknown_and_unknown_over_false(
    conditions: list[str], answer: bool | None
) -> None:
    items = ", ".join(f"{{{condition}}}" for condition in conditions)
    assert held(f"{{any: [{items}]}}", MAIL, evidence=Answers(None)) is answer


def test_keys_of_a_mapping_are_alternatives() -> None:
    assert held("{any: {subject: other, header: {X-A: one}}}", MAIL)


@pytest.mark.parametrize("more", ["", ", {subject: third}"])
def test_keys_of_one_item_of_a_list_must_all_hold(more: str) -> None:
    """However many items there are: a list of one is a list."""
    assert not held(f"{{any: [{{subject: other, header: {{X-A: one}}}}{more}]}}", MAIL)


def test_what_holds_early_asks_no_more() -> None:
    assert Any_((when("{subject: hello}"), NeverAsked())).test(facts(MAIL)).held


def test_captures_are_those_of_the_first_that_holds() -> None:
    """Whether it is explained or not."""
    text = "{any: [{subject: '(?P<a>x)'}, {subject: '(?P<a>h)'}, {header: {X-A: '(?P<a>o)'}}]}"
    assert asked(text, MAIL).captures == {"a": "h"}
    assert when(text).test(facts(MAIL, explaining=True)).captures == {"a": "h"}


def test_it_says_itself_in_words() -> None:
    text = "{any: [{subject: a}, {subject: b, size: 5}]}"
    said = "any of (header Subject matches /a/; header Subject matches /b/ and size >= 5)"
    assert when(text).describe() == said


def test_mistakes() -> None:
    assert "this list is empty" in when_problem("{any: []}")
    assert "there is no condition here" in when_problem("{any: {}}")
