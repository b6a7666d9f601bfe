"""What is known of a message: found once, and found again when the message has changed."""

from __future__ import annotations

import pytest

from maildrop_py.message.source import BytesSource
from tests.support.rules_reading import facts, when


def test_what_several_conditions_ask_is_found_once() -> None:
    known, asked = facts("A: b"), []
    for _ in range(3):
        assert known.once("one", lambda facts: asked.append(facts) or len(asked)) == 1
    assert known.once("other", lambda facts: len(asked)) == 1


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("auto_submitted", "Auto-Submitted: auto-replied"),
        ("bounce", "Return-Path: <>"),
        ("bulk", "Precedence: bulk"),
        ("daemon_sender", "From: MAILER-DAEMON@example.org"),
        ("from_mailer", "From: MAILER-DAEMON@example.org"),
        ("mailing_list", "List-Id: <a.example.org>"),
    ],
)
def test_a_message_that_has_changed_is_looked_at_again(name: str, sign: str) -> None:
    condition, known = when(f"{{{name}: true}}"), facts("Return-Path: <a@b.example>")
    assert [condition.test(known).held for _ in range(2)] == [False, False]
    known.change(BytesSource(f"{sign}\n\n".encode()))
    assert [condition.test(known).held for _ in range(2)] == [True, True]
