"""The action `learn` while mail is re-filed or imported, and what `undo` takes back of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_mailbox import Mailbox
from tests.support.waiting import wait_until
from tests.support.watching import Watching

RULES = """
rules:
  - when: {subject: cheap}
    then: {file: Junk, learn: spam}
  - when: {subject: kept}
    then: {learn: ham}
"""


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    mailbox = Mailbox(tmp_path, monkeypatch)
    mailbox.rules.write_text(RULES)
    for number in range(3):
        put(mailbox.maildir / f"cur/{number}.x:2,S", f"cheap {number}")
    put(mailbox.maildir / "cur/9.x:2,S", "kept")
    return mailbox


def put(path: Path, subject: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    name = subject.replace(" ", "-")
    path.write_text(f"From: a@b.example\nSubject: {subject}\nMessage-ID: <{name}@x>\n\ntext\n")


def learnt(mailbox: Mailbox) -> str:
    """`3 spam, 1 ham`"""
    lines = mailbox.run("learn", "status").stdout.splitlines()
    counts = dict(line.split(": ")[:2] for line in lines[:2])
    return f"{counts['spam']} spam, {counts['ham']} ham"


def test_refile_learns_each_message_once(mailbox: Mailbox) -> None:
    mailbox.run("refile", "--offline", "--dry-run")
    assert not learnt(mailbox).startswith("3 spam")
    mailbox.run("refile", "--offline")
    once = learnt(mailbox)
    assert "3 spam" in once and "1 ham" in once
    mailbox.run("refile", "--offline", "--all-folders")
    assert learnt(mailbox) == once


def test_undo_takes_back_what_the_run_taught(mailbox: Mailbox) -> None:
    mailbox.run("refile", "--offline")
    assert mailbox.run("undo").exit_code == 0
    assert "0 spam" in learnt(mailbox)
    mailbox.run("refile", "--offline")
    assert "3 spam" in learnt(mailbox), "what was taken back may be learnt again"


def test_a_rule_never_overrules_a_person(mailbox: Mailbox) -> None:
    mailbox.run("learn", "ham", mailbox.maildir / "cur/0.x:2,S")
    mailbox.run("refile", "--offline")
    assert "2 spam" in learnt(mailbox) and "2 ham" in learnt(mailbox)


def test_undo_leaves_what_a_person_taught_since(mailbox: Mailbox) -> None:
    mailbox.run("refile", "--offline")
    junk = (mailbox.maildir / ".Junk/cur").iterdir()
    (path,) = (one for one in junk if "cheap 0" in one.read_text())
    mailbox.run("learn", "ham", path)
    mailbox.run("undo")
    assert "0 spam" in learnt(mailbox) and "2 ham" in learnt(mailbox)


def test_an_import_learns_and_its_undo_takes_back(mailbox: Mailbox, tmp_path: Path) -> None:
    put(tmp_path / "old/1", "cheap old")
    mailbox.run("refile", "--offline", "--from-dir", tmp_path / "old")
    assert "1 spam" in learnt(mailbox)
    mailbox.run("undo")
    assert "0 spam" in learnt(mailbox)


def test_watch_learns_what_arrives_and_each_message_once(mailbox: Mailbox) -> None:
    with Watching(mailbox.home) as watching:
        for number, subject in enumerate(("cheap 10", "kept", "cheap 10", "cheap 11")):
            draft = mailbox.maildir / f"tmp/1{number}.x"
            put(draft, subject)
            draft.rename(mailbox.maildir / f"new/1{number}.x")
        junk = mailbox.maildir / ".Junk/new"
        wait_until(lambda: len(list(junk.glob("*"))) == 3, "all are filed")
        wait_until(lambda: "1 ham" in learnt(mailbox), "what stays is learnt too")
        assert watching.stop() == 0
    assert learnt(mailbox).startswith("2 spam") and "1 ham" in learnt(mailbox)
    assert mailbox.run("undo").exit_code == 0
    assert "0 spam" in learnt(mailbox)
