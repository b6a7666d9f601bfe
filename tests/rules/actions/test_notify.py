"""notify: an address or a program, and a text."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import rules_of, then, then_problem


def test_it_says_itself_in_words() -> None:
    (to,) = then("{notify: {to: phone@example.net, text: mail}}").actions
    assert to.describe() == "notify phone@example.net: mail"
    text = "allow_commands: true\nrules: [{then: {notify: {program: [/x/tell, -x], text: mail}}}]"
    (program,) = rules_of(text).rules[0].then.actions
    assert program.describe() == "notify /x/tell -x: mail"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("{text: x}", "one of `to` and `program`"),
        ("{text: x, to: a@b.example, program: [/bin/true]}", "one of `to` and `program`"),
        ("{to: a@b.example}", "the text is missing"),
        ("{text: x, to: -oQ/tmp}", "is not one address"),
    ],
)
def test_mistakes(value: str, problem: str) -> None:
    assert problem in then_problem(f"{{notify: {value}}}")
