"""raw_headers: the whole header block, as procmail's `*` lines see it."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, decided, held, seen, when, when_problem

MAIL = b"From joe Mon Sep 21 14:13:20 2026\nSubject: one\n two\nX-A: \xe4\xbc\x9a \xff end\n"


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("'^Subject: one  two$'", True),
        ("'^subject:.*TWO'", True),
        ("'^two'", False),
        ("'^From joe'", True),
        ("'one.*end'", False),
        ("'(?s)one.*end'", True),
        (r"'\xff end'", True),
        ("会", True),
        ("議", False),
        ("[nothing, '^X-A:']", True),
    ],
)
def test_the_block_is_matched_unfolded_and_as_bytes(expression: str, answer: bool) -> None:
    assert held(f"{{raw_headers: {expression}}}", MAIL) is answer


def test_it_shows_the_line_that_matched() -> None:
    outcome = asked("{raw_headers: 'Subject:.*o'}", MAIL)
    assert (outcome.label, outcome.text, seen(outcome)) == ("Subject", " one  two", " one  two")
    outcome = asked("{raw_headers: 'end'}", MAIL)
    assert (outcome.label, seen(outcome)) == ("X-A", "end")
    outcome = asked("{raw_headers: 'From (?P<who>\\w+)'}", MAIL)
    assert (outcome.label, seen(outcome)) == ("From_", "From joe")
    assert outcome.captures == {"who": "joe"}


def test_named_groups_reach_templates() -> None:
    rules = "rules: [{when: {raw_headers: '^X-A: (?P<a>\\S+)'}, then: {file: 'F/{a}'}}]"
    assert decided(rules, MAIL).filings[0].folder == "F/会"


def test_it_says_itself_in_words() -> None:
    said = when("{raw_headers: [a, b]}").describe()
    assert said == "header block matches /a/ or /b/"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'a('", "bad regular expression"),
        (r"'\x{4f1a}'", "bad regular expression"),
        ("''", "matches everything"),
        ("{regex: a}", "a text must be here"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in when_problem(f"{{raw_headers: {text}}}")
