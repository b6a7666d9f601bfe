"""forward: the message goes on to one address."""

from __future__ import annotations

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Forward
from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import decided, then, then_problem


def test_the_message_goes_on_and_the_run_ends() -> None:
    rules = "rules: [{name: on, then: {forward: me@example.com}}, {then: {file: A}}]"
    assert decided(rules).actions == (Forward("me@example.com", "on"),)


def test_with_continue_a_copy_goes_on() -> None:
    rules = "rules: [{name: on, then: {forward: me@example.com, continue: true}}]"
    assert decided(rules).actions == (Forward("me@example.com", "on"), Filing("INBOX"))


def test_the_address_may_be_put_together() -> None:
    rules = "rules: [{then: {forward: '{user | upper}+mail@example.com'}}]"
    (action,) = decided(rules, envelope=Envelope(user="ann")).actions
    assert action == Forward("ANN+mail@example.com", "rule 1")


@pytest.mark.parametrize(
    "value",
    ["''", "-oQ/tmp", "'|/bin/sh'", "'a@b c@d'", "'a@b, c@d'", "'A <a@b>'", "/etc/passwd"],
)
def test_anything_but_one_address_is_a_mistake(value: str) -> None:
    assert "is not one address" in then_problem(f"{{forward: {value}}}")


def test_it_says_itself_in_words() -> None:
    assert then("{forward: a@b}").actions[0].describe() == "forward to a@b"
