"""A real Dovecot shows a new folder to mail readers that ask for subscribed folders (LSUB)."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.filed_mail import RULES, mail, put, run
from tests.support.end_to_end.imap_client import client
from tests.support.end_to_end.program import Program

FOLDERS = {"Lists/foo", "仕事"}


@pytest.mark.parametrize(
    ("layout", "location"),
    [("maildir++", "maildir:~/Maildir"), ("fs", "maildir:~/Maildir:LAYOUT=fs")],
)
def test_new_folders_are_subscribed_beside_those_of_the_user(
    account: Account, program: Program, dovecot: MakeDovecot, layout: str, location: str
) -> None:
    account.write(account.rules, f"layout: {layout}\n{RULES}")
    account.make_maildir()
    imap = dovecot(location)
    put(account, "new/1700000001.M1P1Q1.host", mail(1, "work"))
    assert "1 message changed" in run(account, program, "refile")
    assert imap.subscribed() == {"仕事"}
    with client(imap, account) as reader:  # Dovecot writes the list again, in its own format
        reader.imap.create("Own")
        reader.imap.subscribe("Own")
    put(account, "new/1700000002.M1P1Q1.host", mail(2, list_id="foo"))
    assert "1 message changed" in run(account, program, "refile")
    assert imap.subscribed() == {"Own", *FOLDERS}
    with client(imap, account) as reader:
        reader.imap.unsubscribe("Own")
        reader.imap.unsubscribe("Lists/foo")
    put(account, "new/1700000003.M1P1Q1.host", mail(3, list_id="foo"))
    run(account, program, "refile")
    assert imap.subscribed() == {"仕事"}, "a folder that exists stays as the user wants it"
    assert imap.complaints() == []


def test_it_can_be_switched_off(account: Account, program: Program, dovecot: MakeDovecot) -> None:
    account.write(account.rules, f"subscribe: false\n{RULES}")
    account.make_maildir()
    put(account, "new/1700000001.M1P1Q1.host", mail(1, "work"))
    run(account, program, "refile")
    imap = dovecot()
    assert imap.subscribed() == set() and "仕事" in imap.folders()
