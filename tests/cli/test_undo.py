"""`maildrop-py undo`: all or a part of a run, and what can no longer be put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_mailbox import Mailbox


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    return Mailbox(tmp_path, monkeypatch)


def test_moves_are_undone_by_folder_rule_and_message(mailbox: Mailbox) -> None:
    mailbox.fill()
    mailbox.put("new/9", "x", more="List-Id: <foo.example.org>\n")
    mailbox.put("new/8", "work")
    mailbox.run("refile")
    assert "1 put back" in mailbox.run("undo", "--folder", "Lists/*").stdout
    assert "1 put back" in mailbox.run("undo", "--message", "new/8").stdout
    dry = mailbox.run("undo", "--rule", "work", "--dry-run")
    assert dry.stderr.count("would be put back") == 1
    assert "1 put back" in mailbox.run("undo", "--rule", "w*").stdout
    assert mailbox.subjects() == {
        ".Trash/new": ["junk"],
        "cur": ["read"],
        "new": ["other", "work", "work", "x"],
    }
    listed = mailbox.run("undo", "--list").stdout.splitlines()
    assert any(line.split()[3:5] == ["5", "3"] for line in listed)


def test_undo_says_what_has_changed_or_gone(mailbox: Mailbox) -> None:
    mailbox.fill()
    mailbox.run("refile")
    (work,) = (mailbox.maildir / ".Work/cur").iterdir()
    work.rename(f"{work}R")
    (junk,) = (mailbox.maildir / ".Trash/new").iterdir()
    junk.unlink()
    result = mailbox.run("undo")
    assert "flags have changed since, and are kept" in result.stderr
    assert "is no longer in that folder" in result.stderr
    assert "1 put back, 1 put back, changed since, 1 gone" in result.stdout


def test_the_list_of_runs_can_be_copied_from(mailbox: Mailbox) -> None:
    mailbox.fill()
    mailbox.run("refile")
    heading, line = mailbox.run("undo", "--list").stdout.splitlines()
    assert heading.split() == ["run", "when", "messages", "put", "back", "maildir"]
    name, *_, maildir = line.split()
    assert maildir == str(mailbox.maildir)
    assert "3 put back" in mailbox.run("undo", name).stdout


def test_undo_of_an_unknown_run_is_refused(mailbox: Mailbox) -> None:
    result = mailbox.run("undo", "never")
    assert result.exit_code == 1
    assert "no such run" in result.output
