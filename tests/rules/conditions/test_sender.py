"""sender: from the envelope, or from the headers where the server did not say."""

from __future__ import annotations

import pytest

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import asked, held, seen, when

ANN = Envelope(sender="Ann+x@Example.com")


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
    assert held(f"{{sender: {test}}}", envelope=ANN) is answer


def test_it_shows_what_fits() -> None:
    outcome = asked("{sender: 'n\\+(?P<what>x)'}", envelope=ANN)
    assert (outcome.label, seen(outcome)) == ("envelope sender", "n+x")
    assert outcome.captures == {"what": "x"}
    assert asked("{sender: x@y}").why == "the server did not say"


def test_it_says_itself_in_words() -> None:
    said = when("{sender: [a@b.c, x y]}").describe()
    assert said == "envelope sender is a@b.c or matches /x y/"


@pytest.mark.parametrize("test", ["'<>'", "''", "[a@b, '<>']"])
def test_the_null_sender(test: str) -> None:
    assert held(f"{{sender: {test}}}", envelope=Envelope(sender=""))
    assert held(f"{{sender: {test}}}", "Return-Path: <>")
    assert not held(f"{{sender: {test}}}", envelope=ANN)
    assert not held(f"{{sender: {test}}}")


def test_return_path_counts_where_the_server_did_not_say() -> None:
    assert held("{sender: a@b}", "Return-Path: <a@b>")
    assert not held("{sender: a@b}", "Return-Path: <a@b>", ANN)
