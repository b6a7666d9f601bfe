"""mailing_list: headers that only list managers write."""

from __future__ import annotations

import pytest

from maildrop_py.rules.conditions.mailing_list import LIST_HEADERS
from tests.support.rules_reading import asked, held, when


@pytest.mark.parametrize("name", LIST_HEADERS)
def test_every_list_header_is_a_sign(name: str) -> None:
    assert held("{mailing_list: true}", f"{name}: something")


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("List-Post: NO", False),
        ("List-Post: NO (posting not allowed)\nList-Id: <a.b>", True),
        ("To: Multiple recipients of list X", True),
        ("List-Unsubscribe: <mailto:a@b>", False),
        ("Subject: List-Id", False),
    ],
)
def test_signs_and_their_absence(head: str, answer: bool) -> None:
    assert held("{mailing_list: true}", head) is answer


def test_it_shows_the_header() -> None:
    outcome = asked("{mailing_list: true}", "X-ML-Name: linux-users")
    assert (outcome.label, outcome.text) == ("X-ML-Name", "linux-users")


def test_it_says_itself_in_words() -> None:
    assert when("{mailing_list: true}").describe() == "came through a mailing list"
