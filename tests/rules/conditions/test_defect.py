"""defect: what mail-parser finds broken, within limits."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.defects import Defects
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import facts, when, when_problem

WHOLE = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b--\n"
OPEN = WHOLE.replace(b"--b--\n", b"")
NO_BOUNDARY = b"Subject: x\nContent-Type: multipart/mixed\n\ntext\n"
ODD_LINE = b"Subject: x\nno field\nTo: y\n\ntext\n"
NO_DATE = b"Date: yesterday\nSubject: x\n\ntext\n"


def asked(text: str, data: bytes) -> Outcome:
    message = Message(BytesSource(data))
    evidence = Evidence(message, Envelope(), Settings())
    return when(f"{{defect: {text}}}").test(facts(message, evidence=evidence))


@pytest.mark.parametrize(
    ("text", "data", "answer"),
    [
        ("true", WHOLE, False),
        ("false", WHOLE, True),
        ("true", OPEN, True),
        ("close_boundary_not_found", OPEN, True),
        ("[start_boundary_not_found, close_boundary_not_found]", OPEN, True),
        ("start_boundary_not_found", OPEN, False),
        ("no_boundary_in_multipart", NO_BOUNDARY, True),
        ("missing_header_body_separator", ODD_LINE, True),
        ("true", NO_DATE, False),
        ("date_header", NO_DATE, True),
    ],
)
def test_defects_are_found_by_name(text: str, data: bytes, answer: bool) -> None:
    assert asked(text, data).held is answer


LEVEL = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Subject: x\n\n" + b"x" * (1 << 20), "bytes"),
        (b"Subject: " + b"x" * (1 << 16) + b"\n\n", "the header"),
        (b"".join(LEVEL % (at, at) for at in range(20)), "levels"),
        (WHOLE.replace(b"--b\n\ntext\n", b"--b\n\ntext\n" * 101), "parts"),
    ],
)
def test_mail_parser_sees_no_message_that_could_cost_too_much(data: bytes, reason: str) -> None:
    outcome = asked("true", data)
    assert outcome.held is None
    assert reason in outcome.why


def test_each_question_is_asked_once() -> None:
    message = Message(BytesSource(OPEN))
    evidence = Evidence(message, Envelope(), Settings())
    assert evidence.defects() is evidence.defects()
    assert evidence.defects() == Defects(("close_boundary_not_found",))


def test_nothing_is_said_about_odd_mail(capfd: pytest.CaptureFixture[str]) -> None:
    """Exim takes any output of a delivery command for a failure."""
    asked("true", b"Content-Type: text/x-odd; charset=none\n\n\xff")
    assert capfd.readouterr() == ("", "")


def test_it_says_itself_in_words() -> None:
    assert when("{defect: true}").describe() == "its MIME is broken"
    words = when("{defect: [mime_header, date_header]}").describe()
    assert words == "it has the defect mime_header or date_header"
    assert "did you mean" in when_problem("{defect: mime_heder}")
