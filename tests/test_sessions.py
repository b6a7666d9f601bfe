"""What the sessions in examples/ show is what happens.

The commands of each are run one after another by one shell. What nobody can know beforehand
is masked (`tests/support/shell_session.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.convert.proving import need
from tests.support.shell_session import Shell, masked, session
from tests.support.waiting import wait_until
from tests.support.watching import Watching

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TOUR = EXAMPLES / "quickstart"
MAIL = sorted((TOUR / "mail").iterdir())


VETERAN = EXAMPLES / "session-procmail-veteran.md"
INVOICE = b"""\
From: Shop <news@shop.example>
To: me@example.com
Subject: your invoice
Precedence: bulk
Date: Sat, 21 Nov 2026 10:02:00 +0900
Message-ID: <invoice-1@shop.example>

Thank you.
"""
LOOKS = ("cat serve.log", "tail ")
"""Commands that look at a log which another process writes."""


def fill(maildir: Path) -> None:
    """The tour's five messages, as if read by nobody yet."""
    for part in ("new", "cur", "tmp"):
        (maildir / part).mkdir(parents=True)
    for path in MAIL:
        shutil.copy(path, maildir / "cur" / f"{path.stem}:2,")


def set_up_refiling(home: Path) -> None:
    """A user with the tour's rules, its messages in INBOX and once more in a mailbox file."""
    config = home / ".config/maildrop-py"
    config.mkdir(parents=True, mode=0o700)
    for name in ("rules.yaml", "friends.txt"):
        shutil.copy(TOUR / name, config)
    fill(home / "Maildir")
    with (home / "old.mbox").open("wb") as mbox:
        for path in MAIL:
            head = b"From me@example.com  Sat Nov 21 09:30:00 2026\nStatus: RO\n"
            mbox.write(head + path.read_bytes() + b"\n")


def set_up_user(home: Path) -> None:
    """A user with five messages in a Maildir, and one that is yet to come."""
    fill(home / "Maildir")
    shutil.copy(MAIL[0], home / "message")


def set_up_administrator(home: Path) -> None:
    """Two messages to try with, and nothing else."""
    shutil.copy(MAIL[0], home / "list.eml")
    shutil.copy(MAIL[4], home / "photos.eml")


def set_up_veteran(home: Path) -> None:
    """The procmailrc that the session shows, a Maildir, and an invoice that went to many."""
    need("procmail", "formail", "bwrap")
    [lines] = [lines for command, lines in session(VETERAN) if command == "cat .procmailrc"]
    (home / ".procmailrc").write_text("\n".join(lines) + "\n")
    fill(home / "Maildir")
    (home / "invoice.eml").write_bytes(INVOICE)


SESSIONS = {
    "refiling.md": set_up_refiling,
    "session-administrator.md": set_up_administrator,
    "session-user.md": set_up_user,
    VETERAN.name: set_up_veteran,
}


def watched(home: Path) -> list[str]:
    """What `watch` says while the list's mail and the spam arrive."""
    with Watching(home) as watching:
        for number, said in ((0, "gardeners"), (3, "Junk")):
            draft = home / "Maildir/tmp" / str(number)
            shutil.copy(MAIL[number], draft)
            draft.rename(home / "Maildir/new" / str(number))
            watching.says(said)
        assert watching.stop() == 0
    return watching.output.read_text().splitlines()


def shown(shell: Shell, home: Path, command: str, expected: list[str]) -> list[str]:
    """What a command prints; a log is looked at until it says what is expected, or more."""
    if command == "maildrop-py watch":
        return masked(watched(home), home)
    if not command.startswith(LOOKS):
        return masked(shell.run(command), home)
    seen: list[str] = []

    def says_it() -> bool:
        seen[:] = masked(shell.run(command), home)
        return seen == expected or len(seen) > len(expected)

    wait_until(says_it, f"{command} to show {expected}")
    return seen


@pytest.mark.parametrize("document", SESSIONS)
def test_the_session_is_real(document: str, tmp_path: Path) -> None:
    SESSIONS[document](tmp_path)
    with Shell(tmp_path) as shell:
        for command, lines in session(EXAMPLES / document):
            expected = masked(lines, "/home/anna")
            assert shown(shell, tmp_path, command, expected) == expected, command
