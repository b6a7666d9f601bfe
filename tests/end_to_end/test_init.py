"""`init` and `init --system` with a real Postfix: the line is tried, then mail goes through it."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.set_up import whole_system
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.hook_lines import guarded
from maildrop_py.set_up.mail_server import Postfix as Settings
from maildrop_py.set_up.postfix_hook import PostfixHook
from maildrop_py.set_up.whole_system import WholeSystem
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.mails import message
from tests.support.end_to_end.postfix import DOMAIN, Postfix
from tests.support.end_to_end.program import Program


class Site:
    """All users of a machine: one account; `said` is what the set-up said."""

    def __init__(self, postfix: Postfix, account: Account, program: Program, place: Path) -> None:
        self.postfix, self.account, self.program = postfix, account, program
        self.settings = Settings(str(postfix.config))
        self.place = place / f"site-{account.name}"
        (self.place / "skel").mkdir(parents=True)
        self.said: list[str] = []

    def set_up(self, wait: float = 30.0) -> bool:
        users = [pwd.getpwnam(self.account.name)]
        talk = Conversation(self.said.append, lambda question: True)
        hook = PostfixHook(self.settings, guarded(str(self.program.command)))
        system = WholeSystem(hook, users, self._changes(), talk, wait)
        done = system.set_up(str(self.place / "skel"))
        self.postfix._age()
        return done

    def undo(self) -> bool:
        return self._changes().undo(self.settings)

    def _changes(self) -> Changes:
        return Changes(str(self.place / "init.json"), self.said.append)


@pytest.fixture
def site(
    postfix: Postfix,
    account: Account,
    program: Program,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    made = Site(postfix, account, program, place)
    sender = made.place / "sendmail"  # the one of this Postfix: the machine's has other settings
    sender.write_text(f'#!/bin/sh\nexec /usr/sbin/sendmail -C {postfix.config} "$@"\n')
    sender.chmod(0o755)
    monkeypatch.setattr(whole_system, "SENDMAIL", str(sender))
    postfix.set(myorigin=DOMAIN)
    before = made.settings.value("mailbox_command")
    made.settings.put("mailbox_command", "")  # other tests set one
    yield made
    made.settings.put("mailbox_command", before)
    postfix._age()


def as_user(account: Account, program: Program, *arguments: str) -> str:
    """What the program says to the user who runs it."""
    command = ["runuser", "-u", account.name, "--", program.command, *arguments]
    env = {"HOME": str(account.home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout


def test_a_user_needs_one_command(postfix: Postfix, account: Account, program: Program) -> None:
    old = account.home / ".forward"
    account.write(old, '"|exec /usr/bin/procmail"\n', 0o644)
    account.write(account.home / ".procmailrc", ":0\n* ^Subject:.*parcel\n$HOME/Maildir/.Shops/\n")
    said = as_user(account, program, "init", "--yes")
    assert "tried the line with a message to yourself" in said
    address = f"{account.name}@{DOMAIN}"
    postfix.deliver(address, message("Your parcel"))
    assert account.folders() == {"": 1, ".Shops": 1}, "the rules that procmail had, and the trial"
    said = as_user(account, program, "init", "--undo")
    assert f"left: {account.maildir}: there is mail in it" in said
    assert "procmail" in old.read_text() and not account.rules.exists()
    assert account.folders() == {".Shops": 1}, "mail stays"


def test_mail_of_all_users_goes_through_it_and_back(site: Site) -> None:
    assert site.set_up(), site.said
    assert len(site.account.delivered()) == 2, "the line by itself, and through Postfix"
    assert (site.place / "skel/Maildir/new").is_dir()
    assert any(line.startswith("Postfix delivered a message") for line in site.said)
    site.postfix.deliver(f"{site.account.name}@{DOMAIN}", message("hello"))
    assert len(site.account.delivered()) == 3
    assert os.stat(site.account.maildir).st_uid == pwd.getpwnam(site.account.name).pw_uid
    assert site.undo()
    assert len(site.account.delivered()) == 1, "the test messages are gone, the mail is there"
    assert site.settings.value("mailbox_command") == ""
    assert not (site.place / "skel/Maildir").exists()


def test_a_line_that_works_by_hand_and_not_in_postfix_is_taken_back(site: Site) -> None:
    """Here Postfix holds all mail in its queue; nothing bounces."""
    site.postfix.set(defer_transports="local")
    try:
        assert not site.set_up(wait=3)
    finally:
        site.postfix.set(defer_transports="")
    assert site.settings.value("mailbox_command") == ""
    assert any("taken back" in line for line in site.said)
    assert site.postfix.bounces() == []


def test_rules_that_a_user_depends_on_keep_the_old_command(site: Site) -> None:
    site.account.write(site.account.home / ".procmailrc", ":0\nMaildir/\n")
    site.settings.put("mailbox_command", "procmail")
    assert not site.set_up()
    assert site.settings.value("mailbox_command") == "procmail"
    assert any(f"{site.account.name} may have rules" in line for line in site.said)


def test_local_mail_that_goes_elsewhere_is_left_there(site: Site) -> None:
    site.settings.put("mailbox_transport", "lmtp:unix:private/other")
    try:
        assert not site.set_up()
    finally:
        site.settings.put("mailbox_transport", "")
    assert site.settings.value("mailbox_command") == ""
    assert site.account.delivered() == []


def test_a_program_that_users_may_not_run_changes_nothing(site: Site) -> None:
    with site.program.broken_package():
        assert not site.set_up()
    assert site.settings.value("mailbox_command") == ""
    assert any("the line does not work" in line for line in site.said)
