"""`refile --from-mbox` and `--from-dir`: mail from elsewhere, by the rules."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from shutil import rmtree

import pytest

from maildrop_py.delivery.deliver import Delivery
from maildrop_py.intake.mbox import messages_of
from tests.support.cli_mailbox import Mailbox

MBOX = """\
From anna@example.org Tue Nov 21 17:00:00 2023
Subject: work
Status: RO
X-Status: A

>From the office

From anna@example.org Tue Nov 21 18:00:00 2023
Subject: other
X-Keywords: urgent

b

From anna@example.org Tue Nov 21 19:00:00 2023
Subject: junk

c
"""


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    return Mailbox(tmp_path, monkeypatch)


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "mbox"
    path.write_text(MBOX)
    return path


IMPORTED = {".Trash/new": ["junk"], ".Work/cur": ["work"], "cur": ["other"]}


def test_each_message_is_delivered_by_the_rules(mailbox: Mailbox, mbox: Path) -> None:
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert result.exit_code == 0, result.output
    assert "3 messages delivered" in result.stdout
    assert mailbox.subjects() == IMPORTED
    (work,) = (mailbox.maildir / ".Work/cur").iterdir()
    assert work.read_text().endswith("X-Status: A\n\nFrom the office\n")
    assert work.name.endswith(":2,FRSa")
    assert work.stat().st_mtime == 1700586000
    assert (mailbox.maildir / "dovecot-keywords").read_text() == "0 urgent\n"
    assert mbox.read_text() == MBOX


def test_what_was_imported_is_not_imported_again(mailbox: Mailbox, mbox: Path) -> None:
    mailbox.run("refile", "--from-mbox", mbox)
    with mbox.open("a") as file:
        file.write("\nFrom bob@example.org Tue Nov 21 20:00:00 2023\nSubject: late\n\nd\n")
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert "1 message delivered, 3 left (an earlier import delivered them)" in result.stdout
    assert mailbox.subjects() == {**IMPORTED, "new": ["late"]}


def test_an_import_is_undone_into_the_trash(mailbox: Mailbox, mbox: Path) -> None:
    mailbox.run("refile", "--from-mbox", mbox)
    assert "3 put back" in mailbox.run("undo").stdout
    assert mailbox.subjects() == {".Trash/cur": ["junk", "other", "work"]}
    assert "3 messages delivered" in mailbox.run("refile", "--from-mbox", mbox).stdout
    rmtree(mailbox.maildir / ".Trash")
    assert "2 put back, 1 gone" in mailbox.run("undo").stdout
    assert mailbox.subjects() == {".Trash/cur": ["other", "work"]}


def test_a_dry_run_delivers_nothing(mailbox: Mailbox, mbox: Path) -> None:
    result = mailbox.run("refile", "--from-mbox", mbox, "--dry-run")
    assert "3 messages would be delivered" in result.stdout
    assert mailbox.subjects() == {}


def test_a_file_that_is_not_a_mailbox_is_refused(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("Subject: x\n\n")
    result = mailbox.run("refile", "--from-mbox", tmp_path / "file")
    assert result.exit_code == 1
    assert "is not a mailbox file" in result.output
    assert mailbox.run("refile", "--from-mbox", tmp_path / "none").exit_code == 1


def test_a_folder_of_messages_is_imported(mailbox: Mailbox, tmp_path: Path) -> None:
    folder = tmp_path / "MH/inbox"
    folder.mkdir(parents=True)
    (folder / "1").write_text("Subject: work\n\n")
    (folder / "2").write_text("Subject: other\n\n")
    os.utime(folder / "1", (1, 1_000_000_000))
    mailbox.run("refile", "--from-dir", tmp_path / "MH")
    assert mailbox.subjects() == {".Work/cur": ["work"], "new": ["other"]}
    (work,) = (mailbox.maildir / ".Work/cur").iterdir()
    assert work.stat().st_mtime == 1_000_000_000


def test_what_is_not_a_message_in_a_folder_is_reported_and_not_waited_for(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    folder = tmp_path / "MH"
    folder.mkdir()
    (folder / "1").write_text("Subject: work\n\nbody\n")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "away").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    result = mailbox.run("refile", "--from-dir", folder)
    assert result.exit_code == 1
    assert "1 message delivered, 0 stay, 3 failed" in result.stdout
    for name, why in (
        ("link", "symbolic link"),
        ("away", "link to a directory"),
        ("pipe", "not a regular"),
    ):
        assert f"{folder}/{name}: is " in result.stderr
        assert why in result.stderr
    assert mailbox.subjects() == {".Work/cur": ["work"]}


def test_mailbox_files_in_a_folder_are_taken_apart(
    mailbox: Mailbox, mbox: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mail/deep"
    folder.mkdir(parents=True)
    mbox.rename(folder / "old")
    mailbox.run("refile", "--from-dir", tmp_path / "mail")
    assert mailbox.subjects() == IMPORTED


def test_another_maildir_keeps_its_flags_and_folders(mailbox: Mailbox, tmp_path: Path) -> None:
    other = tmp_path / "Old"
    for folder in ("", ".Archive"):
        for part in ("cur", "new", "tmp"):
            (other / folder / part).mkdir(parents=True)
    (other / "cur/1:2,FS").write_text("Subject: other\n\n")
    (other / ".Archive/cur/2:2,").write_text("Subject: another\n\n")
    mailbox.run("refile", "--from-dir", other)
    assert mailbox.subjects() == {".Archive/new": ["another"], "cur": ["other"]}
    assert (mailbox.maildir / "cur").joinpath().iterdir().__next__().name.endswith(":2,FS")


def test_what_cannot_be_delivered_is_reported_and_the_rest_is(
    mailbox: Mailbox, mbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Delivery.write

    def fail_for_one(delivery: Delivery) -> None:
        if delivery.decision.rule == "work":
            raise OSError(28, "No space left on device")
        write(delivery)

    monkeypatch.setattr(Delivery, "write", fail_for_one)
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert result.exit_code == 1
    assert "#1: No space left" in result.stderr
    assert "work" not in str(mailbox.subjects())
    monkeypatch.undo()
    monkeypatch.setenv("HOME", str(mailbox.home))
    assert "1 message delivered" in mailbox.run("refile", "--from-mbox", mbox).stdout
    assert mailbox.subjects() == IMPORTED


INTERNAL = """\
From MAILER-DAEMON Tue Nov 21 16:00:00 2023
From: Mail System Internal Data <MAILER-DAEMON@host.example.org>
Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA
X-IMAP: 1700586000 0000000003 $Forwarded
Status: RO

This text is part of the internal format of your mail folder.

"""


def test_the_internal_data_of_a_mail_program_is_not_mail(mailbox: Mailbox, mbox: Path) -> None:
    mbox.write_text(INTERNAL + MBOX.replace("Subject: other", "X-IMAPbase: 1 3\nSubject: other"))
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert "3 messages delivered, 1 left (they are the internal data" in result.stdout
    assert mailbox.subjects() == IMPORTED


def test_mail_that_was_read_since_it_was_imported_is_known_again(
    mailbox: Mailbox, mbox: Path
) -> None:
    mailbox.run("refile", "--from-mbox", mbox)
    read = MBOX.replace("Status: RO\nX-Status: A\n", "X-Status: AF\nX-UID: 12\nStatus: O\n")
    mbox.write_text(read.replace("Subject: junk\n", "Subject: junk\nStatus: RO\n"))
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert "0 messages delivered, 3 left (an earlier import delivered them)" in result.stdout
    assert mailbox.subjects() == IMPORTED


def test_another_body_makes_it_another_message(mailbox: Mailbox, mbox: Path) -> None:
    mailbox.run("refile", "--from-mbox", mbox)
    mbox.write_text(MBOX.replace("\nb\n", "\nanother body\n"))
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert "1 message delivered, 2 left (an earlier import delivered them)" in result.stdout


def test_what_an_earlier_version_imported_is_known(mailbox: Mailbox, mbox: Path) -> None:
    """Its journals have the hash of the whole header alone."""
    mailbox.run("refile", "--from-mbox", mbox)
    (journal,) = (mailbox.home / ".local/state/maildrop-py/journal").iterdir()
    heads = [message.source.head() for message in messages_of(str(mbox))]
    text = journal.read_text()
    for key, head in zip(re.findall('"key": "([^"]+)"', text), heads, strict=True):
        text = text.replace(key, hashlib.sha256(head).hexdigest()[:16])
    journal.write_text(text)
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert "0 messages delivered, 3 left (an earlier import delivered them)" in result.stdout


def test_index_files_and_empty_files_are_not_mail(mailbox: Mailbox, tmp_path: Path) -> None:
    folder = tmp_path / "MH"
    folder.mkdir()
    (folder / "1").write_text("Subject: other\n\nbody\n")
    (folder / "2").write_text("X-Odd : y\nTo: a@example.org\n\nbody\n")
    (folder / "empty").write_text("")
    (folder / "INBOX.msf").write_text('// <!-- <mdb:mork:z v="1.4"/> -->\n(subject=x: y)\n')
    (folder / "dovecot.index").write_bytes(bytes(range(256)))
    (folder / "dovecot-uidlist").write_text("3 V1700586000 N4\n1 :1700586000.M1P1.host\n")
    (folder / "notes.txt").write_text("Shopping list:\n\nbread: one\n")
    result = mailbox.run("refile", "--from-dir", folder)
    assert "2 messages delivered" in result.stdout
    assert "4 left (they are not messages), 1 left (they are empty)" in result.stdout


def test_a_program_reads_the_one_message_of_a_mailbox_file(mailbox: Mailbox, mbox: Path) -> None:
    mailbox.rules.write_text(
        "allow_commands: true\n"
        "rules: [{when: {command: [grep, -q, '^From the office$']}, then: {file: Office}}]\n"
    )
    assert mailbox.run("refile", "--from-mbox", mbox).exit_code == 0
    assert mailbox.subjects()[".Office/cur"] == ["work"]


def test_a_message_that_a_rule_defers_is_left(mailbox: Mailbox, mbox: Path) -> None:
    mailbox.rules.write_text("rules: [{when: {subject: junk}, then: {defer: later}}]")
    result = mailbox.run("refile", "--from-mbox", mbox)
    assert "2 messages delivered, 1 left (a deferred message is left)" in result.stdout
