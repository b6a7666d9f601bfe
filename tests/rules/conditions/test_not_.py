"""not: the conditions inside must not all hold."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import Answers, asked, held, then_problem, when

MAIL = "Subject: hello\nMessage-ID: <x@y>"


@pytest.mark.parametrize(
    ("inside", "answer"),
    [
        ("subject: other", True),
        ("subject: hello", False),
        ("duplicate: true", None),
        ("{subject: hello, duplicate: true}", None),
        ("{subject: other, duplicate: true}", True),
    ],
)
def test_unknown_stays_unknown(inside: str, answer: bool | None) -> None:
    inside = inside if inside.startswith("{") else f"{{{inside}}}"
    assert held(f"{{not: {inside}}}", MAIL, evidence=Answers(None)) is answer


def test_what_did_not_match_has_captured_nothing() -> None:
    assert not asked("{not: {subject: '(?P<a>x)'}}", MAIL).captures
    problem = then_problem("{file: 'F/{a}'}", when="{not: {subject: '(?P<a>x)'}}")
    assert "nothing sets {a}" in problem


def test_it_shows_what_stands_inside() -> None:
    outcome = asked("{not: {subject: other}}", MAIL, explaining=True)
    ((inside, answer),) = outcome.children
    assert inside.describe() == "header Subject matches /other/"
    assert answer is not None and answer.held is False


def test_it_says_itself_in_words() -> None:
    assert when("{not: {subject: a, size: 5}}").describe() == (
        "not (header Subject matches /a/ and size >= 5)"
    )
