"""`check`, `schema`, `init`, `stats`, and what they all share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import COMMANDS, app
from maildrop_py.cli.deliver_options import OPTIONS
from tests.support.cli_account import Account


def run(*arguments: object, **environ: str) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)], env=environ)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_delivers_help_names_every_option_it_takes() -> None:
    text = run("deliver", "--help").output
    assert all(f"--{name}" in text for name in OPTIONS)


@pytest.mark.parametrize("arguments", [["nonsense"], ["check", "--nonsense"], ["dry-run", "-x"]])
def test_a_wrong_command_line_is_status_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def rules_at(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text)
    return path


def test_check_is_content_with_good_rules(tmp_path: Path) -> None:
    rules = rules_at(tmp_path, "rules: [{name: a, when: {subject: x}, then: {file: X}}]")
    result = run("check", "--rules", rules, "--list")
    assert result.exit_code == 0
    assert "1. a\n     if header Subject matches /x/\n     then file into X" in result.output


def test_check_fails_when_an_example_turns_out_otherwise(tmp_path: Path) -> None:
    rules = rules_at(
        tmp_path,
        "rules: [{name: a, when: {subject: x}, then: {file: X}}]\n"
        "examples: [{message: {headers: {Subject: x}}, expect: {file: Y}}]\n",
    )
    result = run("check", "--rules", rules)
    assert result.exit_code == 1
    assert "rules.yaml:2" in result.stderr
    assert "0 of 1 examples as expected" in result.output


def test_check_warns_of_rules_that_can_never_fire(tmp_path: Path) -> None:
    rules = rules_at(tmp_path, "rules: [{name: a, then: {file: X}}, {name: b, then: {file: Y}}]")
    result = run("check", "--rules", rules)
    assert result.exit_code == 0
    assert "rule 'b' can never fire" in result.stderr
    assert run("check", "--strict", "--rules", rules).exit_code == 1


def test_schema_is_json() -> None:
    assert "rules" in json.loads(run("schema").output)["properties"]


def test_init_sets_a_user_up_and_touches_nothing_that_is_there(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    first = run("init", **home)
    rules = tmp_path / ".config/maildrop-py/rules.yaml"
    assert first.exit_code == 0
    assert (tmp_path / "Maildir/new").is_dir()
    assert rules.stat().st_mode & 0o777 == 0o600
    assert "mailbox_command = " in first.output
    assert run("check", **home).exit_code == 0
    rules.write_text("rules: []\n")
    assert "left as it is" in run("init", **home).output
    assert rules.read_text() == "rules: []\n"


def test_stats_count_what_was_delivered(account: Account) -> None:
    account.deliver()
    account.deliver(message=b"Subject: other\n\n")
    account.deliver(message=b"Subject: drop me\n\n")
    result = run("stats", HOME=str(account.home))
    assert result.exit_code == 0
    assert "new messages: 3" in result.output
    assert "(discarded)" in result.output
    counts = json.loads(run("stats", "--json", HOME=str(account.home)).output)
    assert counts["folders"] == {"Hello": 1, "INBOX": 1, "(discarded)": 1}
    assert counts["rules"]["hello"] == 1


def test_stats_pass_over_a_line_that_a_crash_cut_short(account: Account) -> None:
    account.deliver()
    log = account.home / ".local/state/maildrop-py/deliveries.jsonl"
    log.write_text(log.read_text() + '{"time": "2026-')
    result = run("stats", "--json", HOME=str(account.home))
    assert json.loads(result.stdout)["messages"] == 1
    assert "not a log entry" in result.stderr


def test_stats_without_a_log_say_so(tmp_path: Path) -> None:
    result = run("stats", HOME=str(tmp_path))
    assert result.exit_code == 1
    assert "nothing was delivered yet" in result.stderr
