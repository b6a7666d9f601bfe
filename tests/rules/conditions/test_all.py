"""all, and `when` itself: every condition must hold."""

from __future__ import annotations

import pytest

from maildrop_py.rules.conditions.all import All
from tests.support.rules_reading import (
    Answers,
    NeverAsked,
    asked,
    facts,
    held,
    when,
    when_problem,
    whole_when,
)

MAIL = "Subject: hello\nX-A: one"
YES, NO, UNKNOWN = "subject: hello", "subject: other", "duplicate: true"


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        ([YES, "header: {X-A: one}"], True),
        ([YES, NO], False),
        ([YES, UNKNOWN], None),
        ([UNKNOWN, YES], None),
        ([UNKNOWN, NO], False),
        ([NO, UNKNOWN], False),
        ([UNKNOWN, UNKNOWN], None),
    ],
)
def test_false_wins_over_unknown_and_unknown_over_true(
    conditions: list[str], answer: bool | None
) -> None:
    items = ", ".join(f"{{{condition}}}" for condition in conditions)
    message = MAIL + "\nMessage-ID: <x@y>"
    assert held(f"{{all: [{items}]}}", message, evidence=Answers(None)) is answer


def test_keys_of_one_when_must_all_hold() -> None:
    assert held("{subject: hello, header: {X-A: one}}", MAIL)
    assert not held("{subject: hello, header: {X-A: two}}", MAIL)


def test_what_fails_early_asks_no_more() -> None:
    condition = All((when("{subject: other}"), NeverAsked()))
    assert condition.test(facts(MAIL)).held is False


def test_explanations_ask_everything() -> None:
    condition = whole_when("{subject: other, header: {X-A: one}}")
    outcome = condition.test(facts(MAIL, explaining=True))
    assert [answer and answer.held for _, answer in outcome.children] == [False, True]
    assert outcome.held is False


def test_cheap_conditions_are_asked_first_however_deep_the_costly_ones_are() -> None:
    text = "{not: {any: [{command: [x]}]}, body: x, any: [{subject: a}, {subject: b}]}"
    condition = whole_when(text, "allow_commands: true")
    said = [one.describe() for one in condition.conditions]  # type: ignore[attr-defined]
    assert [one.split()[0] for one in said] == ["any", "body", "not"]


def test_captures_of_all_are_kept() -> None:
    text = "{all: [{subject: '(?P<a>h)'}, {header: {X-A: '(?P<b>o)'}}]}"
    assert asked(text, MAIL).captures == {"a": "h", "b": "o"}


def test_it_says_itself_in_words() -> None:
    said = whole_when("{subject: hello, size: '> 5'}").describe()
    assert said == "header Subject matches /hello/ and size > 5"


def test_mistakes() -> None:
    assert "there is no condition here" in when_problem("{}")
    assert "this list is empty" in when_problem("{all: []}")
    assert "a mapping (`key: value`) must be here" in when_problem("{all: [subject]}")


def test_a_later_one_of_a_list_sees_what_an_earlier_one_found() -> None:
    rules = "[{subject: '^(?P<word>.)'}, {not: {var: {word: h}}}]"
    assert not held(f"{{all: {rules}}}", MAIL)
    assert held(f"{{all: {rules.replace('word: h', 'word: x')}}}", MAIL)
