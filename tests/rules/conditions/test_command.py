"""command: a program's exit status decides."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import Answers, asked, held, when, when_problem


@pytest.mark.parametrize(
    ("status", "answer"), [(0, True), (1, False), (2, None), (127, None), (255, None)]
)
def test_zero_holds_and_one_does_not(status: int, answer: bool | None) -> None:
    assert held("{command: [x, '-a']}", evidence=Answers(x=status)) is answer


@pytest.mark.parametrize(
    ("named", "answers"),
    [
        ("yes_on: 99", {99: True, 0: None, 1: False, 2: None}),
        ("yes_on: 1, no_on: 0", {1: True, 0: False, 2: None}),
        ("yes_on: 1", {1: True, 0: None, 2: None}),
        ("no_on: [1, 3-5]", {0: True, 1: False, 2: None, 4: False, 6: None}),
        ("no_on: 1-255", {0: True, 2: False, 255: False}),
        ("yes_on: [0, 1], no_on: 2", {0: True, 1: True, 2: False, 3: None}),
    ],
)
def test_statuses_that_are_named(named: str, answers: dict[int, bool | None]) -> None:
    for status, answer in answers.items():
        assert held(f"{{command: {{run: [x], {named}}}}}", evidence=Answers(x=status)) is answer


def test_a_scanner_that_is_down_fires_nothing() -> None:
    """`clamdscan` exits with 2 where clamd does not answer."""
    when = "{not: {command: [x]}}"
    assert held(when, evidence=Answers(x=1)) is True
    assert held(when, evidence=Answers(x=2)) is None


def test_a_program_that_could_not_be_run_leaves_it_unknown() -> None:
    outcome = asked("{command: [y]}", evidence=Answers(x=0))
    assert (outcome.held, outcome.why) == (None, "it did not run to its end")


def test_it_shows_the_status() -> None:
    assert asked("{command: x}", evidence=Answers(x=3)).remark() == (
        "exit status 3, which means neither yes (0) nor no (1)"
    )
    assert asked("{command: x}", evidence=Answers(x=1)).remark() == "exit status 1"


def test_it_says_itself_in_words() -> None:
    found = when("{command: [x, '-a']}", "allow_commands: true")
    assert found.describe() == "command exits with 0: x -a"
    found = when("{command: {run: x, yes_on: [1, 3-5]}}", "allow_commands: true")
    assert found.describe() == "command exits with 1 or 3-5: x"


def test_it_is_off_unless_the_rules_file_allows_it() -> None:
    assert "write `allow_commands: true` at the top" in when_problem("{command: [x]}")
    assert "commands are not allowed" in when_problem("{command: [x]}", "allow_commands: false")


def test_mistakes() -> None:
    allowed = "allow_commands: true"
    assert "write a list: [x, -a]" in when_problem("{command: x -a}", allowed)
    assert "this list is empty" in when_problem("{command: []}", allowed)
    assert "no program is named here" in when_problem("{command: {yes_on: 1}}", allowed)
    assert "did you mean `yes_on`?" in when_problem("{command: {run: x, yes_om: 1}}", allowed)
    for status in ("256", "-1", "5-3", "one", "[]", "0.5"):
        assert when_problem(f"{{command: {{run: x, yes_on: {status}}}}}", allowed)
    found = when_problem("{command: {run: x, yes_on: 0, no_on: 0-3}}", allowed)
    assert "status 0-3 is among those of `yes_on` too" in found
