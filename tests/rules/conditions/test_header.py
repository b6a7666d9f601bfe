"""header: tests of any header's decoded value."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, seen, when, when_problem

MAIL = "Subject: Re: =?UTF-8?Q?Stra=C3=9Fe?=\nX-A: one\nX-A: two\n  three\nX-Empty:"


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("{X-A: one}", True),
        ("{x-a: ONE}", True),
        ("{X-A: two  three}", True),
        ("{X-A: '^o.e$'}", True),
        ("{X-A: [four, two]}", True),
        ("{X-A: four}", False),
        ("{X-B: one}", False),
        ("{X-A: {regex: 't(w)o'}}", True),
        ("{X-A: {contains: [NE, x]}}", True),
        ("{X-A: {is: ' One '}}", True),
        ("{X-A: {is: on}}", False),
        ("{X-A: {glob: 'T?O*'}}", True),
        ("{X-A: {glob: wo}}", False),
        ("{X-A: {exists: true}}", True),
        ("{X-Empty: {exists: true}}", True),
        ("{X-B: {exists: true}}", False),
        ("{X-B: {exists: false}}", True),
        ("{X-A: {exists: no}}", False),
        ("{X-A: one, X-Empty: '^$'}", True),
        ("{X-A: one, X-B: two}", False),
        ("{Subject: straße}", True),
        ("{Subject: {contains: STRASSE}}", True),
        ("{X-A: 1}", False),
    ],
)
def test_any_header_may_be_asked_about(test: str, answer: bool) -> None:
    assert held(f"{{header: {test}}}", MAIL) is answer


def test_it_shows_which_part_matched() -> None:
    outcome = asked("{header: {X-A: 't.o'}}", MAIL)
    assert (outcome.label, outcome.text, seen(outcome)) == ("X-A", "two  three", "two")


def test_a_match_behind_letters_that_fold_into_two_is_marked_right() -> None:
    assert seen(asked("{subject: {contains: ße}}", MAIL)) == "ße"
    assert seen(asked("{subject: {contains: asse}}", MAIL)) == "aße"
    assert seen(asked("{subject: 'e$'}", MAIL)) == "e"


def test_it_says_what_is_missing() -> None:
    assert asked("{header: {X-B: one}}", MAIL, explaining=True).why == "no such header"
    assert asked("{header: {X-A: four}}", MAIL, explaining=True).text == "one"


def test_named_groups_are_captured() -> None:
    outcome = asked("{header: {X-A: '(?P<first>t)(?P<rest>.*)|(?P<other>x)'}}", MAIL)
    assert outcome.captures == {"first": "t", "rest": "wo  three", "other": ""}


def test_it_says_itself_in_words() -> None:
    text = "{header: {X-A: [one, {contains: x}, {is: y}, {glob: 'z*'}]}}"
    said = "header X-A matches /one/ or contains 'x' or is 'y' or fits z*"
    assert when(text).describe() == said
    assert when("{header: {X-A: {exists: false}}}").describe() == "not (header X-A is there)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "no header is named here"),
        ("{X A: x}", "cannot be a header's name"),
        ("{X-A: ''}", "an empty expression matches everything"),
        ("{X-A: {contains: ''}}", "an empty text is in everything"),
        ("{X-A: []}", "this list is empty"),
        ("{X-A: {}}", "one kind of test must be here"),
        ("{X-A: {is: a, contains: b}}", "one kind of test must be here"),
        ("{X-A: {contain: a}}", "did you mean `contains`?"),
        ("{X-A: {exists: maybe}}", "true or false must be here"),
        ("{X-A: ~}", "a text must be here, not nothing"),
        ("X-A", "a mapping (`key: value`) must be here"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in when_problem(f"{{header: {text}}}")
