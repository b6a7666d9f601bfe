"""recipient: from the envelope, or from the headers where the server did not say."""

from __future__ import annotations

import pytest

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import asked, held, seen, when

ANN = Envelope(recipient="Ann+x@Example.com")


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("ann+x@example.com", True),
        ("example.com", True),
        ("'*+x@*'", True),
        ("'^ann'", True),
        ("{contains: '+x'}", True),
        ("[bob@example.com, 'n\\+']", True),
        ("'<>'", False),
        ("bob", False),
    ],
)
def test_addresses_and_expressions(test: str, answer: bool) -> None:
    assert held(f"{{recipient: {test}}}", envelope=ANN) is answer


def test_it_shows_what_fits() -> None:
    outcome = asked("{recipient: 'n\\+(?P<what>x)'}", envelope=ANN)
    assert (outcome.label, seen(outcome)) == ("envelope recipient", "n+x")
    assert outcome.captures == {"what": "x"}
    assert asked("{recipient: x@y}").why == "the server did not say"


def test_it_says_itself_in_words() -> None:
    said = when("{recipient: [a@b.c, x y]}").describe()
    assert said == "envelope recipient is a@b.c or matches /x y/"


def test_delivered_to_and_x_original_to_count_where_the_server_did_not_say() -> None:
    assert held("{recipient: a@b}", "Delivered-To: a@b\nX-Original-To: c@d")
    assert held("{recipient: c@d}", "X-Original-To: c@d")
    assert not held("{recipient: a@b}", "Delivered-To: a@b", ANN)
