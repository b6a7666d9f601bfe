"""from_mailer: procmail's FROM_MAILER."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import held, when


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("From: MAILER-DAEMON@example.org", True),
        ("From: postmaster@example.org", True),
        ("From: Mail Delivery <mailer-daemon@example.org> (x)", True),
        ("From: root@example.org", True),
        ("Precedence: bulk\nFrom: a@b", False),
        ("From: owner-list@example.org", False),
        ("From: joe@example.org", False),
    ],
)
def test_names_of_mailers(head: str, answer: bool) -> None:
    assert held("{from_mailer: true}", head) is answer


def test_it_says_itself_in_words() -> None:
    assert (
        when("{from_mailer: true}").describe() == "sent by a mailer daemon (procmail's FROM_MAILER)"
    )
