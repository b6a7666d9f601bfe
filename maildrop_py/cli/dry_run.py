"""dry-run: what the rules would do to messages, and why; nothing is touched."""

from __future__ import annotations

import json
import sys
from collections import Counter

import click

from maildrop_py.cli.dry_run_messages import LONGEST_TABLE, Messages, Trial, print_counts
from maildrop_py.cli.rules_file import program_of
from maildrop_py.cli.rules_option import rules_option
from maildrop_py.cli.standard_error import say
from maildrop_py.intake.message_files import NamedMessage
from maildrop_py.message.envelope import Envelope
from maildrop_py.refile.maildir_messages import ListedMaildirs, globs_of
from maildrop_py.report.dry_run_rows import NO_RULE, Row, as_json, summary_key, table_of
from maildrop_py.report.explain import explain as explain_text
from maildrop_py.report.sender_path import path_lines, was_asked


@click.command("dry-run")
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), metavar="[PATH]...")
@rules_option
@click.option(
    "--explain",
    is_flag=True,
    help="Every rule and condition, with what it saw, and the path that the message came.",
)
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@click.option("--list", "list_all", is_flag=True, help="The table, however long it is.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False),
    metavar="OTHER.yaml",
    help="Only what these other rules would do differently.",
)
@click.option("--offline", is_flag=True, help="Ask no DNS server.")
@click.option("--folder", "folders", multiple=True, help="Folders of a Maildir [INBOX].")
@click.option("--all-folders", is_flag=True, help="All folders of a Maildir.")
@click.option("--sender", help='Envelope sender ("" is the null sender).')
@click.option("--recipient", help="Envelope recipient.")
@click.option("--client-address", help="IP address of the SMTP client.")
@click.option("--client-name", help="Verified name of the SMTP client.")
@click.option("--helo", help="What the SMTP client said in HELO.")
def dry_run(
    paths: tuple[str, ...],
    rules: str | None,
    explain: bool,
    as_lines: bool,
    list_all: bool,
    against: str | None,
    offline: bool,
    folders: tuple[str, ...],
    all_folders: bool,
    **told: str | None,
) -> None:
    """Show what would happen to messages, Maildirs, folders of messages, mbox files, or
    standard input (`-`, and the default), and change nothing."""
    program = program_of(rules)
    envelope = Envelope(**told)  # type: ignore[arg-type]
    trial = Trial(program, envelope, offline)
    walk = ListedMaildirs(program.settings, globs_of(folders, all_folders), say)
    messages = Messages(paths, walk)
    if against is not None:
        _print_changes(trial, Trial(program_of(against), envelope, offline), messages, as_lines)
    elif as_lines:
        for line in messages.each(lambda found: _as_line(as_json(trial.row(found)))):
            sys.stdout.write(line)
    elif explain or messages.is_one():
        for found in messages:
            _print_explanation(trial, found, with_path=explain)
    elif list_all or (messages.total or 0) <= LONGEST_TABLE:
        _print_table(trial, messages)
    else:
        print_counts(Counter(messages.each(trial.place)))


def _print_explanation(trial: Trial, found: NamedMessage, with_path: bool) -> None:
    """Why one message goes where it goes; by which path it came if a rule or the user asks."""
    decision, evidence = trial.decide(found, explaining=True)
    path = path_lines(evidence) if with_path or was_asked(evidence) else ()
    click.echo(f"== {found.path}")
    click.echo(explain_text(found.message, decision, len(trial.program), path))


def _print_changes(trial: Trial, other: Trial, messages: Messages, as_lines: bool) -> None:
    """Only the messages for which the two sets of rules decide differently."""

    def change(found: NamedMessage) -> str:
        now, then = trial.row(found), other.row(found)
        if (now.destination, now.copies) == (then.destination, then.copies):
            return ""
        if as_lines:
            return _as_line({"path": found.path, "now": as_json(now), "then": as_json(then)})
        return f"{found.path}: {_by(now)} → {_by(then)}"

    same = changed = 0
    for line in messages.each(change):
        same, changed = (same, changed + 1) if line else (same + 1, changed)
        if line:
            click.echo(line, nl=not as_lines)
    if not as_lines:
        click.echo(f"{changed} would change, {same} would not")


def _by(row: Row) -> str:
    return f"{row.destination} [{row.rule or NO_RULE}]"


def _as_line(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _print_table(trial: Trial, messages: Messages) -> None:
    """A row a message, and a summary."""
    from rich.console import Console

    rows = [Row(*cells) for cells in messages.each(trial.cells)]
    console = Console(highlight=False)
    console.print(table_of(rows))
    console.print()
    print_counts(Counter(map(summary_key, rows)))
