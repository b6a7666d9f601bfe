"""The command line helps those who mistype, who begin, and who have no documents at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from maildrop_py import __version__
from maildrop_py.cli.app import COMMANDS, app
from maildrop_py.cli.deliver_options import ENVELOPE
from maildrop_py.intake.server_environment import envelope_of
from maildrop_py.message.envelope import Envelope
from maildrop_py.report.dry_run import DryRun
from maildrop_py.report.exit_statuses import STATUSES
from maildrop_py.rules.program.program import Program
from tests.support.cli_mailbox import Mailbox


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    mailbox = Mailbox(tmp_path, monkeypatch)
    mailbox.fill()
    return mailbox


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which nothing is set up."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.mark.parametrize(
    ("typed", "meant"), [("chek", "check"), ("dryrun", "dry-run"), ("STATS", "stats")]
)
def test_a_misspelt_command_gets_a_suggestion(typed: str, meant: str) -> None:
    for arguments in ([typed], ["help", typed]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert f"Did you mean '{meant}'?" in result.output


def test_a_command_like_no_other_leads_to_help() -> None:
    assert "See `maildrop-py help`" in run("xyzzy").output


def test_versions() -> None:
    assert run("-V").output == run("--version").output == f"maildrop-py, version {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_for_a_command_is_its_help(command: str) -> None:
    assert run("help", command).output == run(command, "--help").output


def test_help_for_a_command_in_a_command() -> None:
    assert run("help", "contacts", "learn").output == run("contacts", "learn", "--help").output
    assert run("help").output == run("--help").output


def test_help_for_the_rules_is_the_reference() -> None:
    assert run("help", "rules").output.startswith("# The rule language")


def test_statuses_are_in_one_table_here_and_in_the_documents() -> None:
    shown = run("help", "statuses").output
    documents = (Path(__file__).parents[2] / "maildrop_py/README.md").read_text()
    for command, status, means in STATUSES:
        assert means in shown
        assert f"| {command} | {status} | {means} |" in documents


def test_shipped_rule_files_are_listed_and_shown() -> None:
    listed = run("builtin", "list").output
    assert "builtin:spam" in listed and "builtin:policies/rgrey" in listed
    for name in ("spam", "builtin:spam", "policies/rgrey"):
        assert "rules:" in run("builtin", "show", name).output
    for name in ("nothing", "../README", "starter"):
        result = run("builtin", "show", name)
        assert result.exit_code == 1 and "builtin list" in result.output


@pytest.mark.parametrize("command", [("check",), ("dry-run",), ("refile",)])
def test_without_rules_it_says_how_to_get_some(nobody: Path, command: tuple[str, ...]) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert "there are no rules yet; `maildrop-py init` writes some" in str(
        result.output + str(result.exception)
    )


def test_a_file_to_check_may_be_named(nobody: Path) -> None:
    (nobody / "mine.yaml").write_text("rules: [{then: {file: A}}]\n")
    assert run("check", nobody / "mine.yaml").output.startswith("1 rule, 0 warnings")


def test_what_init_writes_is_right_and_known_to_editors(nobody: Path) -> None:
    assert run("init").exit_code == 0
    rules = nobody / ".config/maildrop-py/rules.yaml"
    assert rules.read_text().startswith("# yaml-language-server: $schema=rules.schema.json\n")
    assert (rules.parent / "rules.schema.json").read_text() == run("schema").output
    assert run("check").exit_code == 0


@pytest.mark.parametrize("command", ["dry-run", "refile"])
def test_a_folder_that_is_not_there_is_an_error_with_a_suggestion(
    mailbox: Mailbox, command: str
) -> None:
    mailbox.run("refile")
    result = mailbox.run(command, mailbox.maildir, "--folder", "Wrok")
    assert result.exit_code == 1
    assert "--folder Wrok: there is no such folder; did you mean Work?" in str(
        result.output + str(result.exception)
    )


def completed(words: list[str], beginning: str) -> list[str]:
    shell = ShellComplete(app, {}, "maildrop-py", "_MAILDROP_PY_COMPLETE")
    return [item.value for item in shell.get_completions(words, beginning)]


def test_shells_complete_what_there_is(mailbox: Mailbox) -> None:
    assert mailbox.run("refile").exit_code == 0
    [run_name] = completed(["undo"], "")
    assert "-refile" in run_name
    assert completed(["refile", "--folder"], "Wo") == ["Work"]
    assert "from the archive" in completed(["undo", "--rule"], "")
    assert completed(["builtin", "show"], "spell") == ["spelling"]
    assert completed([], "sch") == ["schema"]


def every_parameter(command: click.Command, context: click.Context) -> Iterator[click.Parameter]:
    yield from command.get_params(context)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        inner = command.get_command(context, name)
        assert inner is not None
        yield from every_parameter(inner, click.Context(inner, info_name=name, parent=context))


def test_shells_complete_every_path_and_every_topic() -> None:
    """Without a type of its own a file's name is completed by no shell."""
    named = re.compile("FILE|PATH|DIR|SOURCE|TEMPLATE")
    found = [*every_parameter(app, click.Context(app))]
    paths = [it for it in found if named.search(it.metavar or "") or it.name == "archives"]
    assert len(paths) > 50
    assert [it.opts for it in paths if not isinstance(it.type, click.Path)] == []
    assert completed(["help"], "gu") == ["guarantees"] and "serve" in completed(["help"], "")


def test_shells_complete_nothing_where_nothing_can_be_read(nobody: Path) -> None:
    for words in (["undo"], ["refile", "--folder"], ["undo", "--rule"]):
        assert completed(words, "") == []


dry_run = import_module("maildrop_py.cli.dry_run")

ENVELOPE_OPTIONS = {
    "sender": "a@b.example",
    "recipient": "me+shop@c.example",
    "extension": "shop",
    "user": "anna",
    "client-address": "192.0.2.1",
    "client-name": "mx.b.example",
    "helo": "mx",
    "protocol": "ESMTP",
    "sasl-username": "anna",
}
"""Each with a value that it does not have by itself."""


def test_every_envelope_option_of_deliver_is_one_of_dry_run(nobody: Path) -> None:
    """Each reaches the same field of the envelope as it does for `deliver`."""
    assert set(ENVELOPE_OPTIONS) == set(ENVELOPE)
    without = seen_by_rules(nobody, {})
    for name, value in ENVELOPE_OPTIONS.items():
        assert seen_by_rules(nobody, {name: value}) != without, name
    assert seen_by_rules(nobody, ENVELOPE_OPTIONS) == envelope_of(ENVELOPE_OPTIONS, {})


def seen_by_rules(home: Path, options: dict[str, str]) -> Envelope:
    """The envelope that a dry run with these options decides with."""
    (home / "rules.yaml").write_text("rules: []\n")
    (home / "mail").write_text("Subject: x\n\n")
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    seen: list[Envelope] = []

    class Recording(DryRun):
        def __init__(self, program: Program, envelope: Envelope, *rest: Any, **more: Any) -> None:
            seen.append(envelope)
            super().__init__(program, envelope, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dry_run, "DryRun", Recording)
        result = run("dry-run", "--rules", home / "rules.yaml", *given, "--list", home / "mail")
    assert result.exit_code == 0, result.output
    return seen[0]


def test_rules_go_by_the_envelope_that_is_given(nobody: Path) -> None:
    rules, message = nobody / "rules.yaml", nobody / "mail"
    rules.write_text(
        "rules:\n"
        "  - {when: {sender: a@b.example, recipient: me+shop@c.example, extension: shop,\n"
        "            client_ip: 192.0.2.1, client_name: mx.b.example, helo: no_dot},\n"
        '     then: {file: "{user}"}}\n'
    )
    message.write_text("Subject: x\n\n")
    asked = {**ENVELOPE_OPTIONS, "sasl-username": ""}
    for left_out in ("", "sender", "recipient", "client-address", "helo"):
        given = [
            word for it in asked.items() if it[0] != left_out for word in (f"--{it[0]}", it[1])
        ]
        result = run("dry-run", "--rules", rules, "--offline", "--json", *given, message)
        assert json.loads(result.stdout)["folder"] == ("INBOX" if left_out else "anna"), left_out
