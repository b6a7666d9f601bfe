"""Postfix delivers through every hook it has; Dovecot then shows what was delivered."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import MakeDovecot
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.dovecot import Dovecot
from tests.support.end_to_end.hooks import Hook, MailboxCommand
from tests.support.end_to_end.mails import MAILS, REFUSED, RULES, Mail, message
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program


def deliver_all(hook: Hook) -> None:
    for mail in MAILS:
        hook.postfix.deliver(hook.address(mail.extension), mail.message, mail.sender)


def assert_shown(dovecot: Dovecot, mail: Mail) -> None:
    shown = dovecot.messages(mail.folder)
    assert [seen.flags for seen in shown] == [mail.flags], mail.name
    assert shown[0].content.endswith(mail.message.replace(b"\n", b"\r\n")), mail.name


def test_every_message_is_in_its_folder_with_its_flags(
    hook: Hook, account: Account, dovecot: MakeDovecot
) -> None:
    account.write(account.rules, RULES)
    deliver_all(hook)
    imap = dovecot()
    for mail in MAILS:
        assert_shown(imap, mail)
    assert imap.complaints() == []
    assert account.leftovers() == []


@pytest.mark.parametrize(
    ("layout", "encoding", "location"),
    [
        ("maildir++", "utf-8", "maildir:~/Maildir:UTF-8"),
        ("fs", "imap-utf-7", "maildir:~/Maildir:LAYOUT=fs"),
        ("fs", "utf-8", "maildir:~/Maildir:LAYOUT=fs:UTF-8"),
    ],
)
def test_folders_are_named_as_dovecot_names_them(
    postfix: Postfix,
    account: Account,
    program: Program,
    dovecot: MakeDovecot,
    layout: str,
    encoding: str,
    location: str,
) -> None:
    hook = MailboxCommand(postfix, account, program)
    hook.install()
    account.write(account.rules, f"layout: {layout}\nfolder_encoding: {encoding}\n{RULES}")
    deliver_all(hook)
    imap = dovecot(location)
    for mail in MAILS:
        assert_shown(imap, mail)
    assert imap.complaints() == []


def test_a_reject_rule_sends_its_text_back(hook: Hook, account: Account) -> None:
    account.write(account.rules, RULES)
    queue_id = hook.postfix.submit(hook.address(), REFUSED)
    assert hook.postfix.outcome(queue_id)[0] == "bounced"
    [bounce] = hook.postfix.wait_for_bounces()
    assert b"Nothing of this kind is wanted here" in bounce
    assert account.folders() == {}


def test_headers_of_the_envelope_are_there_once(hook: Hook, account: Account) -> None:
    account.write(account.rules, RULES)
    hook.postfix.deliver(hook.address(), message("Lunch?"))
    [path] = account.delivered()
    names = [line.split(b":")[0].lower() for line in path.read_bytes().splitlines()]
    assert names.count(b"return-path") == 1
    assert names.count(b"delivered-to") == 1
    assert not path.read_bytes().startswith(b"From ")
