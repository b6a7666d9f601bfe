"""`contacts`: learnt from sent mail, listed, forgotten, imported."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from maildrop_py.evidence.contacts import Contacts

VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Leo\r\nEMAIL;TYPE=home:Leo@Example.org\r\nEND:VCARD\r\n"


class Home:
    """A user with a folder of sent mail, and `contacts` run for him."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.state = path / ".local/state/maildrop-py"
        self.sent = path / "Maildir/.Sent"
        for part in ("tmp", "new", "cur"):
            (self.sent / part).mkdir(parents=True)
        monkeypatch.setenv("HOME", str(path))
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(variable, raising=False)

    def write_to(self, name: str, header: str) -> Path:
        message = self.sent / "cur" / name
        message.write_text(f"From: me@example.com\n{header}\nSubject: x\n\nbody\n")
        return message

    def rules(self, text: str) -> None:
        path = self.path / ".config/maildrop-py/rules.yaml"
        path.parent.mkdir(parents=True, mode=0o700)
        path.write_text(text)

    def run(self, *arguments: object, input: str | None = None) -> Result:
        return CliRunner().invoke(app, ["contacts", *map(str, arguments)], input=input)

    def list(self, *options: object) -> list[str]:
        return self.run("list", *options).stdout.split()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


def test_everyone_written_to_is_known_to_delivery(home: Home) -> None:
    home.write_to("1:2,S", "To: Anna <anna@example.org>, bob@example.org\nCc: chris@example.net")
    home.write_to("2:2,S", "To: undisclosed-recipients:;\nBcc: dora@example.org")
    result = home.run("learn", home.sent)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{home.sent}: 2 new messages read, 4 new contacts\n"
    assert home.list() == [
        "anna@example.org",
        "bob@example.org",
        "chris@example.net",
        "dora@example.org",
    ]
    assert Contacts(str(home.state / "contacts")).known("Bob@example.org")


def test_only_new_messages_are_read_the_next_time(home: Home) -> None:
    first = home.write_to("1:2,S", "To: anna@example.org")
    home.run("learn", home.sent)
    first.rename(first.with_name("1:2,RS"))
    home.write_to("2:2,S", "To: bob@example.org")
    assert "1 new message read, 1 new contact\n" in home.run("learn", home.sent).stdout
    (home.state / "contacts").unlink()
    assert "0 new messages read, 0 new contacts\n" in home.run("learn", home.sent).stdout
    assert "2 new messages read, 2 new" in home.run("learn", "--again", home.sent).stdout


def test_own_addresses_are_no_contacts(home: Home) -> None:
    home.rules("me: [me@example.com]\nrules: []\n")
    home.write_to("1:2,S", "To: anna@example.org\nBcc: Me@example.com, old@example.com")
    home.run("learn", "--me", "old@example.com", home.sent)
    assert home.list() == ["anna@example.org"]


def test_broken_rules_do_not_keep_contacts_from_being_learnt(home: Home) -> None:
    home.rules("rules: [{when: {subjct: x}}]\n")
    home.write_to("1:2,S", "To: anna@example.org")
    result = home.run("learn", home.sent)
    assert result.exit_code == 0
    assert "`me` is not known: " in result.stderr and "rules.yaml:1:" in result.stderr
    assert home.list() == ["anna@example.org"]


def test_a_folder_that_is_no_maildir_is_said_and_the_others_are_learnt(home: Home) -> None:
    home.write_to("1:2,S", "To: anna@example.org")
    (home.path / "mbox").write_text("From me\nTo: bob@example.org\n\n")
    result = home.run("learn", home.path, home.path / "mbox", home.path / "none", home.sent)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{home.path}: is not a Maildir: it has no cur and new",
        f"{home.path / 'mbox'}: is not a Maildir: it has no cur and new",
        f"{home.path / 'none'}: No such file or directory",
    ]
    assert home.list() == ["anna@example.org"]


def test_a_message_that_cannot_be_read_is_said_and_tried_again(home: Home) -> None:
    broken = home.sent / "cur/1:2,S"
    broken.symlink_to("nowhere")
    result = home.run("learn", home.sent)
    assert "0 new messages read, 0 new contacts, 1 message not readable" in result.stdout
    broken.unlink()
    home.write_to("1:2,S", "To: anna@example.org")
    assert "1 new message read, 1 new contact\n" in home.run("learn", home.sent).stdout


def test_who_is_forgotten_is_not_learnt_again(home: Home) -> None:
    home.write_to("1:2,S", "To: anna@example.org, bob@example.org")
    home.run("learn", home.sent)
    result = home.run("forget", "Anna@Example.org", "eve@example.org")
    assert result.stdout == "1 contact forgotten, 1 other address will never be learnt\n"
    home.write_to("2:2,S", "To: anna@example.org, eve@example.org")
    assert "1 new message read, 0 new contacts\n" in home.run("learn", home.sent).stdout
    assert home.list() == ["bob@example.org"]


def test_what_is_no_address_cannot_be_forgotten(home: Home) -> None:
    result = home.run("forget", "anna")
    assert result.exit_code == 2
    assert "'anna' is not an address" in result.stderr


def test_vcards_and_plain_lists_are_imported(home: Home) -> None:
    (home.path / "book.vcf").write_text(VCARD)
    (home.path / "plain").write_text("# friends\nAnna <anna@example.org>\nbob@example.org # work\n")
    result = home.run("import", home.path / "book.vcf", home.path / "plain")
    assert result.stdout.splitlines() == [
        f"{home.path / 'book.vcf'}: 1 address, 1 new",
        f"{home.path / 'plain'}: 2 addresses, 2 new",
    ]
    assert home.list() == ["anna@example.org", "bob@example.org", "leo@example.org"]


def test_an_import_brings_back_the_forgotten_only_when_asked_to(home: Home) -> None:
    home.run("forget", "anna@example.org")
    assert "1 address, 0 new" in home.run("import", "-", input="anna@example.org\n").stdout
    again = home.run("import", "--again", "-", input="anna@example.org\n")
    assert "1 address, 1 new" in again.stdout
    assert home.list() == ["anna@example.org"]


def test_an_import_without_addresses_says_so(home: Home) -> None:
    result = home.run("import", "-", input="nobody here\n")
    assert result.exit_code == 0
    assert "no address in it" in result.stderr
    assert home.run("import", home.path / "missing").exit_code == 2


def test_contacts_may_be_kept_elsewhere(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    there = home.path / "there"
    home.run("import", "--state", there, "-", input="anna@example.org\n")
    assert home.list("--state", there) == ["anna@example.org"]
    assert home.list() == []
    monkeypatch.setenv("XDG_STATE_HOME", str(there))
    home.run("import", "-", input="bob@example.org\n")
    assert (there / "maildrop-py/contacts").read_text() == "bob@example.org\n"


def test_contacts_that_others_could_have_written_are_refused(home: Home) -> None:
    home.run("import", "-", input="anna@example.org\n")
    (home.state / "contacts").chmod(0o666)
    result = home.run("list")
    assert result.exit_code == 1
    assert "is writable for everybody" in result.stderr
    assert "Traceback" not in result.output


def test_a_place_that_cannot_be_written_is_said(home: Home) -> None:
    (home.path / "file").write_text("")
    home.write_to("1:2,S", "To: anna@example.org")
    result = home.run("learn", "--state", home.path / "file/below", home.sent)
    assert result.exit_code == 1
    assert "Not a directory" in result.stderr
