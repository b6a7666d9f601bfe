"""command: a program's exit status decides."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import Answers, asked, held, when, when_problem


@pytest.mark.parametrize(("status", "answer"), [(0, True), (1, False), (127, False)])
def test_zero_holds(status: int, answer: bool) -> None:
    assert held("{command: [x, '-a']}", evidence=Answers(x=status)) is answer


def test_a_program_that_could_not_be_run_leaves_it_unknown() -> None:
    outcome = asked("{command: [y]}", evidence=Answers(x=0))
    assert (outcome.held, outcome.why) == (None, "it did not run to its end")


def test_it_shows_the_status() -> None:
    assert asked("{command: x}", evidence=Answers(x=3)).why == "exit status 3"


def test_it_says_itself_in_words() -> None:
    found = when("{command: [x, '-a']}", "allow_commands: true")
    assert found.describe() == "command exits with 0: x -a"


def test_it_is_off_unless_the_rules_file_allows_it() -> None:
    assert "write `allow_commands: true` at the top" in when_problem("{command: [x]}")
    assert "commands are not allowed" in when_problem("{command: [x]}", "allow_commands: false")


def test_mistakes() -> None:
    allowed = "allow_commands: true"
    assert "write a list: [x, -a]" in when_problem("{command: x -a}", allowed)
    assert "this list is empty" in when_problem("{command: []}", allowed)
