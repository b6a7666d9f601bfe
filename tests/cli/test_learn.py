"""`learn`: from folders, files and mailbox files; once each; taken back; `bayes` knows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app

SPAM = "From: a{n}@x.example\nSubject: cheap pills {n}\nMessage-ID: <{n}@spam>\n\nBuy pills now\n"
HAM = "From: ann@y.example\nSubject: minutes {n}\nMessage-ID: <{n}@ham>\n\nThe meeting of today\n"
RULES = "rules: [{name: junk, when: {bayes: '>= 0.9'}, then: {file: Junk}}]\n"


class Home:
    """A user with spam and ham in folders, and commands run for him."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        monkeypatch.setenv("HOME", str(path))
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(variable, raising=False)
        self.spam = self.maildir("Maildir/.Junk", SPAM)
        self.ham = self.maildir("Maildir/.Old", HAM)

    def maildir(self, name: str, message: str, count: int = 30) -> Path:
        place = self.path / name
        for part in ("tmp", "new", "cur"):
            (place / part).mkdir(parents=True)
        for n in range(count):
            (place / "cur" / f"{n}.x:2,S").write_text(message.format(n=n))
        return place

    def run(self, *arguments: object, input: str | None = None) -> Result:
        return CliRunner().invoke(app, list(map(str, arguments)), input=input)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


def test_folders_are_learnt_once(home: Home) -> None:
    assert home.run("learn", "spam", home.spam).stdout == "30 learnt\n"
    assert home.run("learn", "spam", home.spam).stdout == "30 already learnt\n"
    assert home.run("learn", "ham", home.ham).stdout == "30 learnt\n"
    status = home.run("learn", "status").stdout.splitlines()
    assert status[:2] == ["spam: 30", "ham: 30"]


def test_rules_know_what_was_learnt(home: Home) -> None:
    rules = home.path / "rules.yaml"
    rules.write_text(RULES)
    mail = home.path / "new.eml"
    mail.write_text(SPAM.format(n=99))
    tried = ("dry-run", "--rules", rules, "--json", mail)
    assert '"rule": null' in home.run(*tried).stdout, "nothing was learnt"
    home.run("learn", "spam", home.spam)
    home.run("learn", "ham", home.ham)
    assert '"rule": "junk"' in home.run(*tried).stdout
    home.run("learn", "forget", home.spam)
    assert '"rule": null' in home.run(*tried).stdout


def test_a_dry_run_makes_no_file(home: Home) -> None:
    rules = home.path / "rules.yaml"
    rules.write_text(RULES)
    home.run("dry-run", "--rules", rules, home.spam)
    assert not list(home.path.rglob("bayes.sqlite*"))


def test_an_mbox_and_standard_input(home: Home) -> None:
    mbox = home.path / "old.mbox"
    mbox.write_text(
        "".join("From a@x Sat Jan  1 00:00:00 2022\n" + HAM.format(n=n) + "\n" for n in range(5))
    )
    assert home.run("learn", "ham", mbox).stdout == "5 learnt\n"
    assert home.run("learn", "ham", "-", input=HAM.format(n=7)).stdout == "1 learnt\n"


def test_the_other_kind_corrects_and_forgetting_takes_back(home: Home) -> None:
    home.run("learn", "spam", home.spam)
    assert home.run("learn", "ham", home.spam).stdout == "30 corrected\n"
    assert home.run("learn", "forget", home.spam).stdout == "30 forgotten\n"
    assert home.run("learn", "forget", home.spam).stdout == "30 not learnt\n"
    status = home.run("learn", "status").stdout
    assert status.startswith("spam: 0\nham: 0\ntokens: 0\n") and "20 messages of each" in status


def test_what_cannot_be_read_is_said_and_the_rest_is_learnt(home: Home) -> None:
    folder = home.path / "messages"
    folder.mkdir()
    (folder / "1.eml").write_text(SPAM)
    os.mkfifo(folder / "2.eml")
    result = home.run("learn", "spam", folder)
    assert result.exit_code == 1 and "1 learnt" in result.stdout and "2.eml" in result.stderr


def test_a_place_that_is_not_there_is_said(home: Home) -> None:
    result = home.run("learn", "spam", home.path / "none")
    assert result.exit_code == 1 and "none: No such file" in result.stderr
