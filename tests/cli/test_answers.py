"""Answers as `deliver` sends them: after the message, once, and never instead of it."""

from __future__ import annotations

import email
import email.policy
import shutil
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.cli_account import Account

MESSAGE = b"""\
From: Leo <leo@example.org>
To: me@example.com
Subject: =?utf-8?b?5Lya6K2w?=
Message-ID: <17@example.org>
References: <1@example.org>

hi
"""
ENVELOPE = ("--sender", "leo@example.org", "--recipient", "me@example.com")
AWAY = "vacation: {text: 'ただいま不在です。', until: 2099-12-31}"


@pytest.fixture
def sent(account: Account, tmp_path: Path) -> Path:
    """Where sendmail, a program of ours, puts what it gets; its words first."""
    folder = tmp_path / "sent"
    folder.mkdir()
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} > {folder}/$$\n')
    program.chmod(0o755)
    return folder


def rules(account: Account, sent: Path, then: str) -> None:
    settings = f"sendmail: {sent.parent}/sendmail\nallow_commands: true\n"
    account.rules.write_text(f"{settings}rules: [{{name: away, then: {{{then}}}}}]\n")


def answers(sent: Path) -> list[tuple[str, EmailMessage]]:
    found = []
    for path in sorted(sent.iterdir()):
        words, _, message = path.read_bytes().partition(b"\n")
        parsed = email.message_from_bytes(message, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        found.append((words.decode(), parsed))
    return found


def test_an_answer_is_as_the_rfcs_want_it(account: Account, sent: Path) -> None:
    rules(account, sent, AWAY)
    assert account.deliver(*ENVELOPE, message=MESSAGE) == (0, b"", b"")
    ((words, message),) = answers(sent)
    assert words == "-i -f <> -- leo@example.org"
    assert message["From"] == "me@example.com"
    assert message["To"] == "leo@example.org"
    assert message["Subject"] == "Auto: 会議"
    assert message["Auto-Submitted"] == "auto-replied (vacation)"
    assert message["In-Reply-To"] == "<17@example.org>"
    assert message["References"] == "<1@example.org> <17@example.org>"
    assert message.get_content().strip() == "ただいま不在です。"
    assert len(account.files()) == 1
    assert account.log()[0]["answers"] == ["vacation to leo@example.org, once in 7 days"]


def test_nobody_is_answered_twice_and_a_reply_always_is(account: Account, sent: Path) -> None:
    rules(account, sent, AWAY)
    for _ in range(3):
        assert account.deliver(*ENVELOPE, message=MESSAGE)[0] == 0
    assert len(answers(sent)) == 1
    rules(account, sent, "reply: thank you")
    for _ in range(2):
        assert account.deliver(*ENVELOPE, message=MESSAGE)[0] == 0
    assert len(answers(sent)) == 3


def test_our_own_answer_is_not_answered(account: Account, sent: Path) -> None:
    rules(account, sent, AWAY)
    account.deliver(*ENVELOPE, message=MESSAGE)
    ((_, answer),) = answers(sent)
    other = ("--sender", "", "--recipient", "leo@example.org")
    assert account.deliver(*other, message=answer.as_bytes())[0] == 0
    spoken = ("--sender", "me@example.com", "--recipient", "leo@example.org")
    assert account.deliver(*spoken, message=answer.as_bytes())[0] == 0
    assert len(answers(sent)) == 1


@pytest.mark.parametrize("body", ["exit 75", "kill -9 $$", "sleep 0; exit 1"])
def test_an_answer_that_fails_costs_the_message_nothing(
    account: Account, sent: Path, body: str
) -> None:
    rules(account, sent, AWAY)
    (sent.parent / "sendmail").write_text(f"#!/bin/sh\n{body}\n")
    assert account.deliver(*ENVELOPE, message=MESSAGE) == (0, b"", b"")
    assert len(account.files()) == 1
    (entry,) = account.log()
    assert "could not be sent" in str(entry["warnings"])


def test_without_a_sendmail_the_message_is_there(account: Account, sent: Path) -> None:
    rules(account, sent, AWAY)
    (sent.parent / "sendmail").unlink()
    assert account.deliver(*ENVELOPE, message=MESSAGE)[0] == 0
    assert len(account.files()) == 1


def test_a_message_that_is_not_delivered_is_not_answered(account: Account, sent: Path) -> None:
    rules(account, sent, AWAY)
    shutil.rmtree(account.maildir, ignore_errors=True)
    account.maildir.write_text("no folder")
    assert account.deliver(*ENVELOPE, message=MESSAGE)[0] == 75
    assert answers(sent) == []


def test_a_notification_goes_to_a_program_or_an_address(account: Account, sent: Path) -> None:
    note = sent.parent / "note"
    program = sent.parent / "tell"
    program.write_text(f"#!/bin/sh\ncat > {note}\n")
    program.chmod(0o755)
    rules(account, sent, f"notify: {{program: [{program}], text: a message came}}")
    assert account.deliver(*ENVELOPE, message=MESSAGE)[0] == 0
    assert note.read_text() == "a message came"
    rules(account, sent, "notify: {to: phone@example.net, text: a message came}")
    assert account.deliver(*ENVELOPE, message=MESSAGE)[0] == 0
    ((words, message),) = answers(sent)
    assert words.endswith("-- phone@example.net")
    assert message["Auto-Submitted"] == "auto-notified"
