"""from_daemon: what procmail's FROM_DAEMON catches, and what not.

Agreement with procmail itself is shown in tests/agreement/.
"""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, mail, when


@pytest.mark.parametrize(
    "head",
    [
        "From: MAILER-DAEMON@example.org",
        "From: Mail Delivery System <Mailer-Daemon@example.org>",
        "Sender: bounce@example.org",
        "From: bounce+x@example.org",
        "From: foo-request@example.org",
        "From: owner-foo@example.org",
        "From: admin@example.org",
        "From: service@example.org",
        "From: alerts-system@example.org",
        "Precedence: bulk",
        "Precedence: list",
        "Mailing-List: contact x",
        "To: Multiple recipients of list X",
    ],
)
def test_what_it_catches(head: str) -> None:
    assert held("{from_daemon: true}", head)


@pytest.mark.parametrize(
    "head",
    [
        "From: noreply@example.org",
        "From: bounces@example.org",
        "From: john.root@example.org",
        "From: admin.team@example.org",
        "From: Customer Service <a@example.org>",
        "From: <>",
        "Return-Path: <>",
        "List-Id: <x.example.org>",
        "Auto-Submitted: auto-replied",
    ],
)
def test_what_it_lets_pass(head: str) -> None:
    assert not held("{from_daemon: true}", head)


def test_it_shows_the_line_it_went_by() -> None:
    outcome = asked("{from_daemon: true}", "Subject: x\nPrecedence: bulk")
    assert (outcome.label, outcome.text.strip()) == ("Precedence", "bulk")


def test_a_long_line_made_to_be_slow_is_not() -> None:
    """A backtracking engine needs minutes for this: FIELD_NOTES 4."""
    message = mail("From: " + "admin " * 20_000)
    assert held("{from_daemon: true}", message) is not None


def test_it_says_itself_in_words() -> None:
    said = "sent by a daemon or to a list (procmail's FROM_DAEMON)"
    assert when("{from_daemon: true}").describe() == said
