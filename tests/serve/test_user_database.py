"""Who has mail here, and when one cannot be sure."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

import pytest

from maildrop_py.errors import Temporary
from maildrop_py.serve import user_database as users
from maildrop_py.serve.mailbox import OWN, Account
from maildrop_py.serve.path_template import PathTemplate
from maildrop_py.serve.user_database import (
    AnyUser,
    MaildirUsers,
    PasswordFile,
    SystemAccounts,
    WithoutAccount,
)


def test_who_has_a_maildir_is_a_user(tmp_path: Path) -> None:
    (tmp_path / "x.example/anna").mkdir(parents=True)
    found = MaildirUsers(PathTemplate(f"{tmp_path}/{{domain}}/{{user}}"))
    assert found.find("anna", "x.example") == Account("anna", "")
    assert found.find("bert", "x.example") is None
    assert found.find("anna", "y.example") is None
    assert found.find("../x.example/anna", "y.example") is None


def test_where_all_are_missing_nobody_is_unknown(tmp_path: Path) -> None:
    place = tmp_path / "mail"
    found = MaildirUsers(PathTemplate(f"{place}/{{user}}"))
    with pytest.raises(Temporary, match="mail"):
        found.find("anna", "x")
    place.mkdir()
    with pytest.raises(Temporary, match="mounted"):
        found.find("anna", "x")
    (place / "bert").mkdir()
    assert found.find("anna", "x") is None


def test_homes_may_hold_the_maildirs(tmp_path: Path) -> None:
    (tmp_path / "anna/Maildir").mkdir(parents=True)
    found = MaildirUsers(PathTemplate("{home}/Maildir"), PathTemplate(f"{tmp_path}/{{user}}"))
    assert found.find("anna", "x") == Account("anna", f"{tmp_path}/anna")
    assert found.find("bert", "x") is None
    shutil.rmtree(tmp_path / "anna")
    with pytest.raises(Temporary):
        found.find("anna", "x")


def test_everybody_is_a_user_whose_name_can_be_one() -> None:
    found = AnyUser(PathTemplate("/home/{user}"))
    assert found.find("anna", "x") == Account("anna", "/home/anna")
    assert found.find("..", "x") is None


def test_a_subaddress_is_a_user_only_if_it_has_a_maildir(tmp_path: Path) -> None:
    """Senders choose what follows the delimiter: they cannot make mailboxes with it."""
    template = PathTemplate(f"{tmp_path}/{{domain}}/{{user}}")
    found = AnyUser(None, template, "+-")
    assert found.find("anna", "x") == Account("anna", "")
    assert found.find("anna+shop", "x") is None and found.find("anna-shop", "x") is None
    (tmp_path / "x/anna+shop").mkdir(parents=True)
    assert found.find("anna+shop", "x") == Account("anna+shop", "")
    assert found.find("+anna", "x") == Account("+anna", "")


def test_accounts_of_the_system() -> None:
    found = SystemAccounts()
    assert found.find("root", "x") is None and found.find("no\0one", "x") is None
    assert found.find("nobody-of-that-name", "x") is None
    others = [a for a in pwd.getpwall() if min(a.pw_uid, a.pw_gid) >= 1000 and a.pw_dir[:1] == "/"]
    for account in others[:3]:
        said = found.find(account.pw_name, "x")
        assert said is not None and (said.uid, said.home) == (account.pw_uid, account.pw_dir)


class Passwords:
    """A password file, and what is said of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.users = PasswordFile(str(path), self.warnings.append)

    def write(self, text: str, age: float = 60) -> None:
        """The file as it has been for `age` seconds."""
        self.path.write_text(text)
        then = self.path.stat().st_mtime - age
        os.utime(self.path, (then, then))
        self.users.forget()


@pytest.fixture
def passwords(tmp_path: Path) -> Passwords:
    return Passwords(tmp_path / "passwd")


def test_a_password_file_has_users_of_a_domain_and_of_all(passwords: Passwords) -> None:
    passwords.write(
        "# Dovecot's\n\nanna@x.example:{PLAIN}pw:5000:5001::/mail/x/anna::extra=1\n"
        "bert:x:::Bert:/home/bert\n"
    )
    find = passwords.users.find
    assert find("anna", "x.example") == Account("anna", "/mail/x/anna", 5000, 5001)
    assert find("anna", "y.example") is None
    assert find("bert", "y.example") == Account("bert", "/home/bert", OWN, OWN)


def test_a_quoted_local_part_is_nobody_else(passwords: Passwords) -> None:
    """<"bob@b.example"> has no domain; it is not the bob of b.example."""
    passwords.write("bob@b.example:x:5000:5000::/home/bob\nanna:x:5001:5001::/home/anna\n")
    find = passwords.users.find
    assert find("bob@b.example", "mx.example") is None
    assert find("bob", "b.example") == Account("bob", "/home/bob", 5000, 5000)
    assert find("anna@mx.example", "mx.example") is None


def test_the_workers_own_account_gets_no_mail(passwords: Passwords) -> None:
    passwords.write("eve:x:61100:61100::/home/eve\nanna:x:5001:5001::/home/anna\n")
    found = WithoutAccount(passwords.users, frozenset((61100, 65534)))
    assert found.find("eve", "x") is None
    assert found.find("anna", "x")


@pytest.mark.parametrize(
    "line", ["anna@:x:5:5::/x", "@x:y", "anna:x:0:0::/root", "anna:x:5000", "anna:x:::: home", ":x"]
)
def test_bad_lines_are_said_and_left_out(passwords: Passwords, line: str) -> None:
    passwords.write(f"{line}\nbert:x:::::\n")
    assert passwords.users.find("bert", "x") and passwords.users.find("anna", "x") is None
    (warning,) = passwords.warnings
    assert warning.startswith(f"{passwords.path}:1: ") and "left out" in warning


def test_a_file_that_is_missing_empty_or_being_written_says_nothing(passwords: Passwords) -> None:
    for text in (None, "", "# nobody\n"):
        if text is not None:
            passwords.write(text)
        with pytest.raises(Temporary):
            passwords.users.find("anna", "x")
    passwords.write("bert:x:::::\n", age=0)
    assert passwords.users.find("bert", "x")
    with pytest.raises(Temporary):
        passwords.users.find("anna", "x")


def test_a_changed_file_is_read_anew(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "CHECK", 0.0)
    passwords.write("bert:x:::::\n")
    assert passwords.users.find("anna", "x") is None
    passwords.write("bert:x:::::\nanna:x:::::\n")
    assert passwords.users.find("anna", "x")
    passwords.path.unlink()
    assert passwords.users.find("anna", "x") and "going on" in passwords.warnings[-1]
