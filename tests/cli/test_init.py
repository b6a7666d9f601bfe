"""init: what it asks, says and takes back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli import init as command
from maildrop_py.cli.app import app
from maildrop_py.set_up import whole_set_up


def run(home: Path, *arguments: str) -> Result:
    home.chmod(0o700)
    return CliRunner().invoke(app, ["init", *arguments], env={"HOME": str(home)})


def test_without_a_terminal_it_asks_nothing_and_shows_the_lines(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "mailbox_command = " in result.output
    assert not (tmp_path / ".forward").exists()


def test_all_that_it_wrote_is_listed_and_undone(tmp_path: Path) -> None:
    before = run(tmp_path).output
    written = [it for it in tmp_path.rglob("*") if it.suffix in (".yaml", ".json")]
    notes = tmp_path / ".local/state/maildrop-py/init.json"
    assert all(f"wrote {it}" in before for it in written if it != notes)
    result = run(tmp_path, "--undo")
    assert result.exit_code == 0
    assert [it for it in tmp_path.rglob("*") if it.is_file()] == []
    assert "nothing that init did" in run(tmp_path, "--undo").output


def test_undo_says_what_it_leaves_and_the_status_is_1(tmp_path: Path) -> None:
    run(tmp_path)
    rules = tmp_path / ".config/maildrop-py/rules.yaml"
    rules.write_text("rules: []\n")
    result = run(tmp_path, "--undo")
    assert result.exit_code == 1
    assert f"left: {rules}: it was changed since" in result.output
    assert rules.exists()


def test_with_yes_it_says_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_set_up, "found_server", lambda: "")
    result = run(tmp_path, "--yes")
    assert result.exit_code == 0
    assert "mail server: none found" in result.output and "IMAP server: " in result.output
    assert "mailbox_command = " in result.output, "with no server the lines are shown"


def test_on_a_terminal_it_asks_and_no_means_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_set_up, "found_server", lambda: "Postfix")
    monkeypatch.setattr(whole_set_up, "hooks_of", lambda homes: iter(()))
    monkeypatch.setattr(command, "_is_talking", lambda: True)
    monkeypatch.setattr(whole_set_up, "why_no_user_file", lambda *found: "")
    (tmp_path / ".procmailrc").write_text(":0\n* ^Subject:.*sale\n$HOME/Maildir/.Shops/\n")
    tmp_path.chmod(0o700)
    runner, env = CliRunner(), {"HOME": str(tmp_path)}
    result = runner.invoke(app, ["init"], env=env, input="n\nn\n")
    assert result.output.count("[Y/n]") == 2
    assert "starter rules" in (tmp_path / ".config/maildrop-py/rules.yaml").read_text().lower()
    assert not (tmp_path / ".forward").exists()
    assert "mailbox_command = " in result.output, "who wants to do it by hand sees the lines"
    run(tmp_path, "--undo")
    runner.invoke(app, ["init"], env=env, input="y\nn\n")
    assert "Shops" in (tmp_path / ".config/maildrop-py/rules.yaml").read_text()


def test_only_root_sets_up_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    result = run(tmp_path, "--system", "--yes")
    assert result.exit_code == 2 and "for root" in result.output


def test_rules_that_are_wrong_are_said(tmp_path: Path) -> None:
    rules = tmp_path / ".config/maildrop-py/rules.yaml"
    rules.parent.mkdir(parents=True)
    rules.write_text("rules: 5\n")
    result = run(tmp_path, "--yes")
    assert result.exit_code == 1 and "rules" in result.output
    assert not (tmp_path / ".forward").exists()
