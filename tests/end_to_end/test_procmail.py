"""The same mail through Debian's procmail under the same Postfix ends in the same place.

procmail is what people come from: where both are told the same, both must do
the same with what Postfix really hands to a mailbox_command.
"""

from __future__ import annotations

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.hooks import MailboxCommand
from tests.support.end_to_end.mails import message
from tests.support.end_to_end.postfix import BOUNCES, Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.requirements import installed, need

PROCMAILRC = """\
SHELL=/bin/sh
MAILDIR=$HOME/Maildir
DEFAULT=$HOME/Maildir/
:0
* ^FROM_MAILER
.Mailer/
:0
* ^FROM_DAEMON
.Daemon/
:0
* ^Subject:.*watches
.Junk/
"""

RULES = """\
rules:
  - {name: mailer, when: {from_mailer: true}, then: {file: Mailer}}
  - {name: daemon, when: {from_daemon: true}, then: {file: Daemon}}
  - {name: watches, when: {subject: watches}, then: {file: Junk}}
"""

MAILS = {  # message and envelope sender
    "plain": (message("Lunch?"), f"anna@{BOUNCES}"),
    "watches": (message("Cheap watches"), f"anna@{BOUNCES}"),
    "null sender": (message("Undelivered"), ""),
    "list": (message("release", "Precedence: list"), f"anna@{BOUNCES}"),
    "envelope only": (message("Lunch?"), f"owner-dev@{BOUNCES}"),
    "noreply": (message("Offers", sender=f"noreply@{BOUNCES}"), f"bounces@{BOUNCES}"),
    "8 bit": ("Subject: 会議 watches\n\n本文\n".encode(), f"anna@{BOUNCES}"),
}


def stored(account: Account) -> tuple[dict[str, int], list[str], bytes]:
    """Where the one message is, its header names, and its body."""
    folders = account.folders()
    [path] = account.delivered(next(iter(folders)))
    head, _, body = path.read_bytes().partition(b"\n\n")
    lines = head.decode("utf-8", "replace").splitlines()
    names = [line.split(":")[0] for line in lines if not line.startswith((" ", "\t"))]
    return folders, names, body


@pytest.mark.parametrize("name", MAILS)
def test_procmail_and_this_program_agree(
    name: str, postfix: Postfix, account: Account, program: Program
) -> None:
    need("procmail")
    account.make_maildir()
    account.write(account.home / ".procmailrc", PROCMAILRC)
    account.write(account.rules, RULES)
    hook = MailboxCommand(postfix, account, program)
    content, sender = MAILS[name]

    postfix.set(mailbox_command=str(installed("procmail")))
    postfix.deliver(hook.address(), content, sender)
    expected = stored(account)
    account.make_maildir()
    hook.install()
    postfix.deliver(hook.address(), content, sender)

    assert stored(account) == expected
