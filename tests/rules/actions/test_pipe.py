"""pipe: a program gets the message, without a shell."""

from __future__ import annotations

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Pipe
from maildrop_py.rules.program.call import LONGEST_ARGUMENT
from tests.support.rules_reading import decided, then, then_problem

ALLOWED = "allow_commands: true"
SUBJECT = ALLOWED + "\nrules: [{when: {subject: '(?P<s>.*)'}, then: {pipe: [x, '{s}']}}]"


def test_words_stay_as_they_are_written() -> None:
    rules = f"{ALLOWED}\nrules: [{{name: p, then: {{pipe: [/bin/x, -f, 'a b; c']}}}}]"
    assert decided(rules).actions == (Pipe(("/bin/x", "-f", "a b; c"), "p"),)


def test_a_program_alone_needs_no_list() -> None:
    rules = f"{ALLOWED}\nrules: [{{then: {{pipe: /bin/x, continue: true}}}}]"
    assert decided(rules).actions == (Pipe(("/bin/x",), "rule 1"), Filing("INBOX"))


def test_captures_are_single_words_whatever_they_hold() -> None:
    (action,) = decided(SUBJECT, "Subject: $(rm -rf ~); `id` \"'").actions
    assert action == Pipe(("x", "$(rm -rf ~); `id` \"'"), "rule 1")


def test_long_captures_are_cut_to_what_a_program_can_be_given() -> None:
    (action,) = decided(SUBJECT, "Subject: " + "会" * 60_000).actions
    assert isinstance(action, Pipe)
    assert len(action.argv[1]) == LONGEST_ARGUMENT


@pytest.mark.parametrize(
    ("top", "value", "said"),
    [
        ("", "[/bin/x]", "commands are not allowed"),
        (ALLOWED, "'/bin/x -f'", "write a list: [/bin/x, -f]"),
        (ALLOWED, "[]", "this list is empty"),
        (ALLOWED, "['', x]", "no program is named"),
        (ALLOWED, "{a: b}", "unknown key 'a'"),
        (ALLOWED, "{run: x, part: all}", "unknown part 'all'"),
        (ALLOWED, "{part: body}", "no program is named"),
    ],
)
def test_mistakes(top: str, value: str, said: str) -> None:
    assert said in then_problem(f"{{pipe: {value}}}", top)


def test_it_says_itself_in_words() -> None:
    assert then("{pipe: [x, '{user}']}", ALLOWED).actions[0].describe() == "pipe to x {user}"
