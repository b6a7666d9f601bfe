"""Automatic answers to people who want to do harm by them: loops, floods, headers, errors."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from maildrop_py.decision.other_actions import Answer
from maildrop_py.delivery import answers
from maildrop_py.delivery.answers import message_of
from maildrop_py.evidence.answered import Answered
from tests.support.cli_account import Account

MESSAGE = "From: Leo <leo@example.org>\nTo: me@example.com\nSubject: {}\n{}\nhi\n"
TO_ME = ("--recipient", "me@example.com")
STUMBLING = ("bb@", "'@/-", "_@", "$日#=^a@~", "日}@", "./@!")
"""Senders that raise IndexError, AttributeError or TypeError in Python's own header classes."""
OURS = (
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *("Auto-Submitted", "X-Auto-Response-Suppress"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
)


@pytest.fixture
def sent(account: Account, tmp_path: Path) -> Path:
    """Where sendmail, a program of ours, adds a line for each message it gets."""
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/sent\n')
    program.chmod(0o755)
    return tmp_path / "sent"


def rules(account: Account, sent: Path, then: str) -> None:
    account.rules.write_text(f"sendmail: {sent.parent}/sendmail\nrules: [{{then: {{{then}}}}}]\n")


def deliver(account: Account, sender: str, subject: str = "x", fields: str = "") -> None:
    message = MESSAGE.format(subject, fields).encode()
    assert account.deliver("--sender", sender, *TO_ME, message=message)[0] == 0


def lines(sent: Path) -> list[str]:
    return sent.read_text().splitlines() if sent.exists() else []


@pytest.mark.parametrize("to", STUMBLING)
@pytest.mark.parametrize(
    "subject", ["x", "a\r\nBcc: all@example.org\r\n\r\nb", "=?utf-8?q?=0A?= " * 40]
)
def test_no_sender_and_no_subject_breaks_an_answer(to: str, subject: str) -> None:
    answer = Answer(
        "reply", to=to, sender="me@example.com", subject=subject, text="\udc80\r\n.\r\n"
    )
    made = message_of(answer, 0.0)
    parsed = email.message_from_bytes(made, policy=email.policy.compat32)
    assert set(parsed.keys()) <= set(OURS)
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert max(map(len, made.partition(b"\n\n")[0].split(b"\n"))) < 998


def test_identifiers_of_a_message_add_no_header(account: Account, sent: Path) -> None:
    made = message_of(
        Answer(
            *("reply", "leo@example.org", "me@example.com", "x", "y"),
            original=("<a\r\nBcc:b>", "<a\x0bBcc:b> <\x00>"),
        ),
        0.0,
    )
    assert b"\nBcc" not in made and b"\0" not in made


def test_a_sender_that_cannot_be_answered_is_logged_like_all_others(
    account: Account, sent: Path
) -> None:
    rules(account, sent, "reply: thank you")
    for sender in STUMBLING:
        deliver(account, sender)
    assert len(account.log()) == len(account.files()) == len(STUMBLING)


def test_what_a_message_puts_into_a_vacation_makes_it_no_other_vacation(
    account: Account, sent: Path
) -> None:
    """Two programs that answer each other change the subject each time: Re: Re: Re:"""
    away = "vacation: {text: 'away: {about}', until: 2099-12-31}"
    rule = f"when: {{subject: '(?P<about>.*)'}}, then: {{{away}}}"
    account.rules.write_text(f"sendmail: {sent.parent}/sendmail\nrules: [{{{rule}}}]\n")
    for number in range(3):
        deliver(account, "leo@example.org", f"number {number}")
    assert len(lines(sent)) == 1


def test_a_program_that_answers_every_reply_has_an_end(
    account: Account, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules(account, sent, "reply: thank you")
    for _ in range(answers.REPLIES + 2):
        deliver(account, "leo@example.org")
    assert len(lines(sent)) == answers.REPLIES
    assert "leo@example.org had 20 of them today" in str(account.log()[-1]["warnings"])
    deliver(account, "mia@example.org")
    assert len(lines(sent)) == answers.REPLIES + 1


def test_all_forged_senders_together_have_an_end(tmp_path: Path) -> None:
    store = Answered(str(tmp_path / "answered"))
    assert [store.is_below(3, "all", "", 1000.0) for _ in range(5)] == [True] * 3 + [False] * 2
    assert store.is_below(3, "all", "", 1000.0 + 86400), "the next day begins anew"
    (tmp_path / "file").write_text("")
    assert not Answered(str(tmp_path / "file/x")).is_below(3, "all", "", 1000.0)


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no\nAuto-Submitted: auto-replied\n",
        "Precedence: first-class\nPrecedence: bulk\n",
        "X-Auto-Response-Suppress: None\nX-Auto-Response-Suppress: All\n",
    ],
)
def test_a_second_field_of_a_name_counts_too(account: Account, sent: Path, fields: str) -> None:
    rules(account, sent, "reply: thank you")
    deliver(account, "leo@example.org", fields=fields)
    assert lines(sent) == []
