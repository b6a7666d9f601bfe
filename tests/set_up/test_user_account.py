"""One user is set up: rules, Maildir, and the line that was tried first."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

import pytest

from maildrop_py.rules.language.reader import read_rules
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.conversation import Conversation
from maildrop_py.set_up.dovecot import FS, UTF_8, ImapStore
from maildrop_py.set_up.mail_server import EXIM, OPENSMTPD, POSTFIX, QMAIL
from maildrop_py.set_up.user_account import Surroundings, UserAccount, starter_for

PROCMAILRC = "MAILDIR=$HOME/Maildir\nDEFAULT=$HOME/Maildir/\n\n:0:\n* ^Subject:.*sale\n.Shops/\n"
WITH_A_GAP = PROCMAILRC + "\n:0h\n* ^Subject: away\nheads/\n"


class Home:
    """A home directory to be set up in, and what was said; `answer` is given to all questions."""

    def __init__(self, home: Path, answer: bool = True) -> None:
        self.home, self.answer = home, answer
        self.said: list[str] = []
        self.asked: list[str] = []
        self.maildir = home / "Maildir"
        self.rules = home / ".config/maildrop-py/rules.yaml"
        self.forward = home / ".forward"
        self.program = home / "maildrop-py"
        self.program.write_text(f'#!/bin/sh\nexec {sys.executable} -m maildrop_py "$@"\n')
        self.program.chmod(0o755)

    def set_up(self, server: str = POSTFIX, store: ImapStore | None = None) -> bool:
        found = pwd.getpwuid(os.geteuid())
        account = pwd.struct_passwd(("me", *found[1:5], str(self.home), found.pw_shell))
        around = Surroundings(server, str(self.program), store)
        changes = Changes(str(self.home / ".local/state/maildrop-py/init.json"), self.said.append)
        user = UserAccount(account, around, changes, Conversation(self.said.append, self._agree))
        user.write_rules(str(self.rules), str(self.maildir))
        user.make_maildir(str(self.maildir))
        user.subscribe_to_folders(read_rules(str(self.rules)), str(self.maildir))
        return user.put_line(str(self.maildir))

    def undo(self) -> bool:
        path = str(self.home / ".local/state/maildrop-py/init.json")
        return Changes(path, self.said.append).undo(None)

    def messages(self) -> list[Path]:
        return [it for part in ("new", "cur") for it in self.maildir.rglob(f"{part}/*")]

    def _agree(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer


@pytest.fixture
def home(tmp_path: Path) -> Home:
    tmp_path.chmod(0o700)
    return Home(tmp_path)


@pytest.mark.parametrize(
    ("server", "file"), [(POSTFIX, ".forward"), (EXIM, ".forward"), (QMAIL, ".qmail")]
)
def test_the_line_is_tried_put_and_taken_back(home: Home, server: str, file: str) -> None:
    assert home.set_up(server)
    [message] = home.messages()
    assert b"maildrop-py is set up" in message.read_bytes()
    path = home.home / file
    assert str(home.program) in path.read_text() and path.stat().st_mode & 0o77 == 0
    assert any(str(message) in line for line in home.said), "all that was written is said"
    assert home.undo()
    assert not path.exists() and not home.rules.exists() and not home.maildir.exists()


def test_a_line_that_does_not_work_is_not_put(home: Home) -> None:
    home.forward.write_text("")
    home.program.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    assert not home.set_up()
    assert home.forward.read_text() == ""
    assert any("status 75: broken" in line for line in home.said)


def test_a_program_that_loses_the_message_is_not_believed(home: Home) -> None:
    home.program.write_text("#!/bin/sh\ncat >/dev/null\n")
    assert not home.set_up()
    assert not home.forward.exists()
    assert any("is not in" in line for line in home.said)


@pytest.mark.parametrize("before", ['"|exec /usr/bin/procmail"\n', "# nothing\n", ""])
def test_a_forward_file_that_only_starts_the_old_filter_is_kept_beside(
    home: Home, before: str
) -> None:
    home.forward.write_text(before)
    assert home.set_up()
    assert [it.read_text() for it in home.home.glob(".forward.before*")] == [before]
    assert home.undo() and home.forward.read_text() == before


@pytest.mark.parametrize(
    "before",
    ["other@example.org\n", "\\me, other@example.org\n", '"|/usr/bin/vacation me"\n', "/var/x\n"],
)
def test_a_forward_file_that_does_something_else_is_left(home: Home, before: str) -> None:
    home.forward.write_text(before)
    assert not home.set_up()
    assert home.forward.read_text() == before
    assert any(before.strip() in line for line in home.said)


def test_a_forward_file_that_is_a_link_is_left(home: Home) -> None:
    target = home.home / "dotfiles"
    target.write_text("")
    home.forward.symlink_to(target)
    assert not home.set_up()
    assert home.forward.is_symlink() and target.read_text() == ""


def test_who_says_no_gets_no_line(home: Home) -> None:
    home.answer = False
    assert not home.set_up()
    assert not home.forward.exists() and home.messages() == [] and len(home.asked) == 1


@pytest.mark.parametrize("server", [OPENSMTPD, ""])
def test_a_server_that_reads_no_such_file_gets_none(home: Home, server: str) -> None:
    assert not home.set_up(server)
    assert not home.forward.exists() and home.messages() == []


def test_the_old_filter_becomes_rules(home: Home) -> None:
    (home.home / ".procmailrc").write_text(PROCMAILRC)
    home.forward.write_text('"|exec /usr/bin/procmail"\n')
    assert home.set_up()
    assert "Shops" in home.rules.read_text()
    assert "procmail" not in home.forward.read_text()


def test_a_sieve_script_becomes_rules(home: Home) -> None:
    script = 'require ["fileinto"];\nif header :contains "subject" "売出し" { fileinto "Shops"; }\n'
    (home.home / ".dovecot.sieve").write_text(script)
    home.maildir = home.home / "Mail"
    assert home.set_up(store=ImapStore(str(home.maildir), FS, UTF_8))
    assert read_rules(str(home.rules)).settings.layout == FS, "a script says nothing of the store"
    assert "売出し" in home.rules.read_text() and "file: Shops" in home.rules.read_text()


def test_a_mailfilter_becomes_rules(home: Home) -> None:
    condition = 'if (/^Subject:.*売出し/)\n  to "$MAILDIR/.Shops"\n'
    (home.home / ".mailfilter").write_text(f'MAILDIR="$HOME/Maildir"\n{condition}')
    home.forward.write_text('"|/usr/bin/maildrop"\n')
    assert home.set_up(), home.said
    assert home.asked[0].endswith(".mailfilter?")
    assert "売出し" in home.rules.read_text() and "file: Shops" in home.rules.read_text()


def test_a_script_that_cannot_be_read_keeps_the_mail(home: Home) -> None:
    (home.home / ".dovecot.sieve").write_text("if {{ nonsense")
    assert not home.set_up()
    assert not home.forward.exists()
    assert any("no rules could be made" in line for line in home.said)


def test_an_old_filter_that_is_no_rules_yet_keeps_the_mail(home: Home) -> None:
    (home.home / ".procmailrc").write_text(WITH_A_GAP)
    home.forward.write_text('"|exec /usr/bin/procmail"\n')
    assert not home.set_up()
    assert "procmail" in home.forward.read_text()
    assert "GAP" in home.rules.read_text()


def test_rules_that_are_there_are_left(home: Home) -> None:
    home.rules.parent.mkdir(parents=True, mode=0o700)
    home.rules.write_text("rules: []\n")
    (home.home / ".procmailrc").write_text(PROCMAILRC)
    assert home.set_up()
    assert home.rules.read_text() == "rules: []\n" and len(home.asked) == 1


def test_folders_that_rules_name_are_subscribed_to(home: Home) -> None:
    for part in (
        "",
        "/cur",
        "/new",
        "/tmp",
        "/.Junk/cur",
        "/.Junk/new",
        "/.Junk/tmp",
        "/.Else/cur",
    ):
        (home.home / f"Maildir{part}").mkdir(parents=True)
    home.set_up()
    assert (home.maildir / "subscriptions").read_text() == "Junk\n"


def test_starter_rules_are_for_the_store_that_the_imap_server_has(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.maildir = tmp_path / "Mail"
    store = ImapStore(str(home.maildir), FS, UTF_8, junk="Spam & more")
    home.set_up(store=store)
    settings = read_rules(str(home.rules)).settings
    assert (settings.layout, settings.folder_encoding) == (FS, UTF_8)
    assert settings.maildir == "~/Mail"
    assert 'file: "Spam & more"' in home.rules.read_text()
    assert starter_for("layout: maildir++", ImapStore(layout=FS, problems=("x",)), "/m", "/h") == (
        "layout: maildir++"
    ), "a store that mail cannot go into says nothing"
