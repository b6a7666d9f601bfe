"""What rules may ask of the Maildir and of earlier deliveries, with the real command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_account import Account

RULES = r"""
allow_commands: true
special_use: {Junk: Spam}
rules:
  - name: lists
    when: {list_id: '^(?P<list>[\w-]+)\.'}
    rules:
      - name: a folder is there
        when: {folder_exists: "Lists/{list}"}
        then: {file: "Lists/{list}"}
      - {name: none, then: {file: "Lists/{list|replace(/[^a-z]/, _)}-new"}}
  - name: seen this event
    when: {duplicate: {header: X-Event, for: 1h}}
    then: {file: \Junk}
  - name: a program that fails
    when: {subject: to a program}
    then: {pipe: ["false"], otherwise: {file: Failed, flags: [flagged]}}
  - name: this millennium
    when: {date: {of: now, from: 2001-01-01, until: 2999-12-31}, to: {count: "> 2"}}
    then: {file: Many, add_header: {Subject: {text: many, at: place}}}
"""


@pytest.fixture
def ruled(account: Account) -> Account:
    account.rules.write_text(RULES)
    return account


def folder(account: Account, head: str, before: int = 0) -> str:
    status, _, error = account.deliver(message=head.encode() + b"\n\nbody\n")
    assert (status, error) == (0, b"")
    newest = max(account.files(), key=lambda path: path.stat().st_mtime_ns)
    assert len(account.files()) == before + 1
    return newest.parent.parent.name


def test_folders_that_are_there_are_found(ruled: Account) -> None:
    for part in ("cur", "new", "tmp"):
        (ruled.maildir / ".Lists.dev" / part).mkdir(parents=True)
    assert folder(ruled, "List-Id: <dev.example.org>") == ".Lists.dev"
    assert folder(ruled, "List-Id: <ops-1.example.org>", 1) == ".Lists.ops__-new"


def test_what_was_delivered_before_is_known_by_the_next_command(ruled: Account) -> None:
    assert folder(ruled, "X-Event: 17") == "Maildir"
    assert folder(ruled, "X-Event: 17", 1) == ".Spam"
    assert folder(ruled, "X-Event: 18", 2) == "Maildir"


def test_a_failing_program_files_the_message_and_says_so(ruled: Account) -> None:
    assert folder(ruled, "Subject: to a program") == ".Failed"
    (path,) = ruled.files()
    assert path.parent.name == "cur" and path.name.endswith(":2,F")
    (entry,) = ruled.log()
    assert any("false: exit status 1" in warning for warning in entry["warnings"])
    assert entry["paths"] == [str(path)]


def test_dates_counts_and_places_of_headers(ruled: Account) -> None:
    assert folder(ruled, "To: a@b, c@d\nSubject: one\nCc: e@f") == ".Many"
    (path,) = ruled.files()
    assert b"\nSubject: many\nCc: " in path.read_bytes()


def test_the_dry_run_says_the_same(ruled: Account, tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.write_bytes(b"List-Id: <dev.example.org>\n\n")

    def shown() -> str:
        command = [sys.executable, "-m", "maildrop_py", "dry-run", "--explain", str(message)]
        environment = {"HOME": str(ruled.home), "PATH": os.environ["PATH"]}
        return subprocess.run(command, env=environment, capture_output=True, text=True).stdout

    assert "result: Lists/dev-new" in shown()
    os.makedirs(ruled.maildir / ".Lists.dev/cur")
    assert "result: Lists/dev (by" in shown()
    assert "yes: there is a folder Lists/{list}" in shown()
