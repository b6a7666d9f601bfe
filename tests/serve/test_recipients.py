"""From an address to its mailbox."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.address import EnvelopeAddress, read_address
from maildrop_py.record import replace
from maildrop_py.serve import recipients as module
from maildrop_py.serve.mailbox import Account, Mailbox
from maildrop_py.serve.path_template import PathTemplate
from maildrop_py.serve.recipients import MailboxPaths, Recipients
from maildrop_py.serve.user_database import AnyUser, PasswordFile


def paths_below(directory: Path, create: bool = True) -> MailboxPaths:
    return MailboxPaths(
        maildir=PathTemplate(f"{directory}/{{domain}}/{{user}}"),
        rules=PathTemplate("/rules"),
        state=PathTemplate(f"{directory}/state/{{domain}}/{{user}}"),
        cache=PathTemplate("/cache"),
        log=None,
        create=create,
    )


def found(recipients: Recipients, address: str) -> Mailbox:
    mailbox = recipients.mailbox(read_address(address))
    assert mailbox is not None, address
    return mailbox


def test_an_extension_belongs_to_its_user_even_where_mailboxes_are_made(tmp_path: Path) -> None:
    paths = paths_below(tmp_path)
    recipients = Recipients(AnyUser(None, paths.maildir, "+"), paths, "+", "x.example")
    mailbox = found(recipients, "anna+shop@x.example")
    assert (mailbox.maildir, mailbox.extension) == (f"{tmp_path}/x.example/anna", "shop")
    assert mailbox.recipient == "anna+shop@x.example"


def test_the_bare_and_the_quoted_address_are_not_mixed_up(tmp_path: Path) -> None:
    """What is kept for one address is never found for another one."""
    users = tmp_path / "users"
    users.write_text("bob@b.example:x:5000:5000::/home/bob\nanna:x:5001:5001::/home/anna\n")
    os.utime(users, (1, 1))
    paths = paths_below(tmp_path)
    recipients = Recipients(PasswordFile(str(users), print), paths, "+", "mx.example")
    assert found(recipients, "bob@b.example").account.uid == 5000
    assert recipients.mailbox(read_address('"bob@b.example"')) is None
    assert found(recipients, "bob@b.example").account.uid == 5000
    recipients = Recipients(PasswordFile(str(users), print), paths, "+", "mx.example")
    assert recipients.mailbox(read_address('"bob@b.example"')) is None
    assert found(recipients, "bob@b.example").account.uid == 5000


@pytest.mark.parametrize(
    ("local", "text"),
    [
        ("bob@b.example", '"bob@b.example"@c'),
        ('a"b\\c', '"a\\"b\\\\c"@c'),
        ("a b", '"a b"@c'),
        ("é", "é@c"),
        ("a+b.c", "a+b.c@c"),
    ],
)
def test_an_address_is_written_as_it_can_be_read_again(local: str, text: str) -> None:
    address = EnvelopeAddress(local, "c")
    assert address.text == text
    assert read_address(text) == address


def test_few_mailboxes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Senders choose addresses: what is kept of them has a bound."""
    monkeypatch.setattr(module, "KEPT", 10)
    recipients = Recipients(AnyUser(), paths_below(tmp_path), "+", "x.example")
    for number in range(100):
        found(recipients, f"anna{number}@x.example")
        assert len(recipients._known) <= 10


def test_the_directories_of_a_new_domain_are_made_below_the_first_field(tmp_path: Path) -> None:
    mailbox = found(Recipients(AnyUser(), paths_below(tmp_path), "+", "x"), "anna@new.example")
    mailbox.make_directories()
    assert (tmp_path / "new.example").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "new.example/anna").exists(), "the Maildir is made by the delivery"
    mailbox.make_directories()


def test_what_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    mailbox = found(Recipients(AnyUser(), paths_below(tmp_path / "x"), "+", "x"), "anna@y")
    with pytest.raises(FileNotFoundError):
        mailbox.make_directories()
    assert not (tmp_path / "x").exists()


def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    Mailbox(
        *(Account("anna", ""), "anna@y", None, f"{tmp_path}/y/anna", "", "", None, "", "", ""),
        base=str(tmp_path),
    ).make_directories()
    assert not list(tmp_path.iterdir())


def of_users(tmp_path: Path, **paths: PathTemplate) -> Recipients:
    """The mailboxes of `a` and `anna`."""
    users = tmp_path / "users"
    users.write_text("a:x:5000:5000::/home/a\nanna:x:5001:5001::/home/anna\n")
    os.utime(users, (1, 1))
    layout = replace(paths_below(tmp_path), **paths)
    return Recipients(PasswordFile(str(users), print), layout, "+-", "x")


def test_an_extension_begins_behind_the_first_delimiter(tmp_path: Path) -> None:
    recipients = of_users(tmp_path)
    for address, user, extension in (("a+b-c", "a", "b-c"), ("anna-b+c", "anna", "b+c")):
        mailbox = found(recipients, f"{address}@x")
        assert (mailbox.account.user, mailbox.extension) == (user, extension)


@pytest.mark.parametrize("local", ["ab", "annabel", "+a", "-anna", "b+a"])
def test_who_is_like_a_user_is_nobody(tmp_path: Path, local: str) -> None:
    assert of_users(tmp_path).mailbox(EnvelopeAddress(local, "x")) is None


def test_what_is_known_of_an_address_is_kept_until_it_is_to_be_forgotten(tmp_path: Path) -> None:
    recipients = of_users(tmp_path)
    first = found(recipients, "a@x")
    found(recipients, "anna@x")
    assert found(recipients, "a@x") is first
    (tmp_path / "users").write_text("anna:x:5001:5001::/home/anna\n")
    os.utime(tmp_path / "users", (2, 2))
    recipients.forget()
    assert recipients.mailbox(EnvelopeAddress("a", "x")) is None
    assert found(recipients, "anna@x").account.uid == 5001


@pytest.mark.parametrize(
    ("rules", "home"), [("{home}/rules", "/home/anna"), ("/etc/{user}", "/home/anna"), ("/r", None)]
)
def test_rules_of_ones_own_may_include_what_is_at_home(
    tmp_path: Path, rules: str, home: str | None
) -> None:
    mailbox = found(of_users(tmp_path, rules=PathTemplate(rules)), "anna@x")
    assert (mailbox.rules_home, mailbox.own_rules) == (home, home is not None)


def test_paths_at_home_need_homes(tmp_path: Path) -> None:
    paths = replace(paths_below(tmp_path), rules=PathTemplate("{home}/rules"))
    paths.check(homes=True)
    paths_below(tmp_path).check(homes=False)
    with pytest.raises(UsageError, match="there are no homes"):
        paths.check(homes=False)
