"""daemon_sender: names that only daemons have in From or Sender."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import held, when


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("From: MAILER-DAEMON@example.org", True),
        ("Sender: owner-list@example.org", True),
        ("From: list-request@example.org", True),
        ("From: bounce@example.org", True),
        ("From: service@example.org", True),
        ("From root Mon Sep 21 14:13:20 2026\nSubject: x", True),
        ("From: noreply@example.org", False),
        ("From: bounces@example.org", False),
        ("From: Customer Service <a@example.org>", False),
        ("Precedence: bulk\nFrom: a@example.org", False),
        ("X-Envelope-From: <daemon@example.org>", True),
    ],
)
def test_names_of_daemons(head: str, answer: bool) -> None:
    assert held("{daemon_sender: true}", head) is answer


def test_it_says_itself_in_words() -> None:
    assert when("{daemon_sender: true}").describe() == "the sender's name is a daemon's"
