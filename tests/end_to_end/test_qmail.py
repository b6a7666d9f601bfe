"""qmail's contract with a command (qmail-command(8)), kept by hand: Debian has no qmail.

A line of ~/.qmail is run by /bin/sh in the home, with the message on standard
input and everything about it in the environment; the message itself has neither
Return-Path nor Delivered-To.
"""

from __future__ import annotations

import subprocess

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import PROGRAM, example, lines
from tests.support.end_to_end.mails import ANNA, REFUSED, RULES, message
from tests.support.end_to_end.program import Program


def deliver(
    account: Account, program: Program, content: bytes, sender: str = ANNA, extension: str = ""
) -> subprocess.CompletedProcess[bytes]:
    recipient = f"{account.name}{'-' if extension else ''}{extension}@maildrop.test"
    environment = {
        "SENDER": sender,
        "NEWSENDER": sender,
        "RECIPIENT": recipient,
        "USER": account.name,
        "HOST": "maildrop.test",
        "LOCAL": recipient.split("@")[0],
        "EXT": extension,
        "DTLINE": f"Delivered-To: {recipient}\n",
        "RPLINE": f"Return-Path: <{sender}>\n",
        "UFLINE": f"From {sender or 'MAILER-DAEMON'} Tue Nov 21 17:00:00 2023\n",
    }
    line = lines(example("qmail/dot-qmail", {PROGRAM: program.command}))
    assert line.startswith("|")
    return account.run("/bin/sh", "-c", line[1:], data=content, **environment)


def test_the_headers_that_qmail_leaves_out_are_added(account: Account, program: Program) -> None:
    account.write(account.rules, RULES)
    ran = deliver(account, program, message("Lunch?"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    [path] = account.delivered()
    lines = path.read_bytes().split(b"\n\n")[0].split(b"\n")
    assert lines.count(f"Return-Path: <{ANNA}>".encode()) == 1
    assert lines.count(f"Delivered-To: {account.name}@maildrop.test".encode()) == 1
    assert path.read_bytes().endswith(message("Lunch?"))


@pytest.mark.parametrize(
    ("sender", "extension", "folder"), [("", "", ".Daemon"), (ANNA, "shop", ".Shops")]
)
def test_rules_see_null_sender_and_extension(
    account: Account, program: Program, sender: str, extension: str, folder: str
) -> None:
    account.write(account.rules, RULES)
    assert deliver(account, program, message("Parcel"), sender, extension).returncode == 0
    assert account.folders() == {folder: 1}


def test_statuses_are_those_that_qmail_understands(account: Account, program: Program) -> None:
    account.write(account.rules, RULES)
    assert deliver(account, program, REFUSED).returncode == 77
    with program.renamed_away():
        assert deliver(account, program, message("Patience")).returncode == 75
