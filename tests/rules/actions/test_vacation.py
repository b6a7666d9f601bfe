"""vacation: how it is written; what it does is in tests/decision/test_answering.py."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import then, then_problem


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("{text: x}", "`until` is missing"),
        ("{until: 2026-08-31}", "the text is missing"),
        ("{text: '', until: 2026-08-31}", "the text is missing"),
        ("{text: x, until: soon}", "'soon' is not a day"),
        ("{text: x, until: 2026-02-30}", "is not a day"),
        ("{text: x, from: 2026-09-01, until: 2026-08-31}", "it ends before 2026-09-01"),
        ("{text: x, until: 2026-08-31, days: 0}", "out of range"),
        ("{text: x, until: 2026-08-31, days: 1000}", "out of range"),
        ("{text: x, until: 2026-08-31, addresses: me}", "is not one address"),
        ("{text: x, until: 2026-08-31, day: 3}", "unknown key 'day'"),
        ("{text: 'x {who}', until: 2026-08-31}", "nothing sets {who}"),
        ("I am away", "`until` is missing"),
    ],
)
def test_mistakes_say_what_would_be_right(value: str, problem: str) -> None:
    assert problem in then_problem(f"{{vacation: {value}}}")


def test_it_says_itself_in_words() -> None:
    value = "{text: I am away, from: 2026-08-01, until: 2026-08-31, days: 3}"
    (action,) = then(f"{{vacation: {value}}}").actions
    said = "answer from 2026-08-01 to 2026-08-31, once in 3 days: I am away"
    assert action.describe() == said
