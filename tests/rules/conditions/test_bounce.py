"""bounce: the null sender, or a delivery report."""

from __future__ import annotations

import pytest

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import asked, held, when

REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=x"


@pytest.mark.parametrize(
    ("head", "sender", "answer"),
    [
        ("Subject: x", "", True),
        ("Subject: x", "a@b", False),
        ("Return-Path: <>", None, True),
        ("Return-Path: <a@b>", None, False),
        ("Return-Path: <>", "a@b", False),
        ("Subject: x", None, False),
        (REPORT, "a@b", True),
        ("Content-Type: Multipart/Report;\n REPORT-TYPE=Delivery-Status", "a@b", True),
        ("Content-Type: multipart/report; report-type=disposition-notification", "a@b", False),
        ("X-Failed-Recipients: c@d", "a@b", True),
    ],
)
def test_signs_of_a_bounce(head: str, sender: str | None, answer: bool) -> None:
    assert held("{bounce: true}", head, Envelope(sender=sender)) is answer


def test_it_shows_what_it_went_by() -> None:
    assert asked("{bounce: true}", REPORT).label == "Content-Type"
    assert asked("{bounce: true}", "A: b", Envelope(sender="")).text == "<>"
    told = asked("{bounce: true}", "A: b", Envelope(sender="a@b"), explaining=True)
    assert told.text == "a@b"


def test_it_says_itself_in_words() -> None:
    assert when("{bounce: true}").describe() == "a bounce (null sender or delivery report)"
    assert when("{bounce: false}").describe().startswith("not (a bounce")
