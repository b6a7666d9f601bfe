"""bulk: what Precedence says, as procmail reads it."""

from __future__ import annotations

import pytest

from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from tests.support.rules_reading import held, when

PRECEDENCE = pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("Precedence: bulk", True),
        ("Precedence: LIST", True),
        ("precedence: junk", True),
        ("Precedence: first-class", False),
        ("X-Precedence: bulk", False),
        ("Subject: Precedence: bulk", False),
    ],
)


@PRECEDENCE
def test_precedence(head: str, answer: bool) -> None:
    assert held("{bulk: true}", head) is answer


@PRECEDENCE
def test_it_says_the_same_where_all_names_are_known_already(head: str, answer: bool) -> None:
    message = Message(BytesSource(head.encode() + b"\n\n"))
    assert not message.headers.may_have(frozenset((b"to",)))
    assert held("{bulk: true}", message) is answer


def test_it_says_itself_in_words() -> None:
    assert when("{bulk: true}").describe() == "Precedence says bulk, junk or list"
