"""to: the destination headers, as procmail's ^TO_ has them."""

from __future__ import annotations

import pytest

from maildrop_py.rules.conditions.to import DESTINATIONS
from tests.support.rules_reading import asked, held, seen, when


@pytest.mark.parametrize("name", DESTINATIONS)
def test_every_destination_header_counts(name: str) -> None:
    assert held("{to: me@example.com}", f"{name}: Me <me@example.com>")
    assert held("{to: 'm[e]@'}", f"{name}: Me <me@example.com>")


def test_other_headers_do_not_count() -> None:
    assert not held("{to: me@example.com}", "Delivered-To: me@example.com\nFrom: me@example.com")


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("me", True),
        ("<me>", True),
        ("a, me@b", True),
        ("(me)", True),
        ("name", False),
        ("a.me", False),
        ("a-me", False),
        ("a_me", False),
        ("5me", False),
        ("some name, me", True),
    ],
)
def test_expressions_begin_where_an_address_may(value: str, answer: bool) -> None:
    assert held("{to: me}", f"To: {value}") is answer


def test_alternatives_of_an_expression_all_begin_there() -> None:
    assert held("{to: 'you|me'}", "To: me")
    assert not held("{to: 'you|me'}", "To: name")


def test_it_shows_what_was_written_and_what_matched() -> None:
    outcome = asked("{to: 'm(?P<x>e)'}", "To: someone, me@x")
    assert seen(outcome) == "me"
    assert outcome.captures == {"x": "e"}
    assert when("{to: 'm[e]'}").describe() == "To/Cc/Bcc matches /m[e]/"


def test_it_may_be_asked_whether_any_is_there() -> None:
    assert held("{to: {exists: false}}", "From: a@b")
    assert held("{to: {exists: true}}", "Cc: a@b")
