"""dry-run: what the rules would do to messages, and why; nothing is touched."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator

import click
from rich.console import Console

from maildrop_py.cli.maildirs import walk_of
from maildrop_py.cli.progress import progress
from maildrop_py.cli.rules_file import program_of, rules_option
from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.intake.message_files import Found, count_in, messages_in
from maildrop_py.message.envelope import Envelope
from maildrop_py.report.explain import explain as explain_text
from maildrop_py.report.rows import (
    NO_RULE,
    Row,
    as_json,
    row_of,
    summary_key,
    summary_of,
    table_of,
)
from maildrop_py.rules.program import Program

LONGEST_TABLE = 40
"""Messages; of more than this the table is left out unless it is asked for."""


@click.command("dry-run")
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), metavar="[PATH]...")
@rules_option
@click.option("--explain", is_flag=True, help="Every rule and condition, with what it saw.")
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
    run = DryRun(program, envelope, offline)
    walk = walk_of(program.settings, folders, all_folders)
    found = messages_in(paths or ("-",), walk)
    total = count_in(paths) if paths else None
    if against is not None:
        other = DryRun(program_of(against), envelope, offline)
        _print_changes(run, other, found, as_lines)
    elif as_lines:
        for row, _ in run.rows(found):
            sys.stdout.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
    elif explain:
        for one in found:
            _print_explanation(run, one)
    else:
        _print_for_people(run, found, total, list_all)


class DryRun:
    """One set of rules, run over messages without delivering them."""

    def __init__(self, program: Program, envelope: Envelope, offline: bool) -> None:
        self.program = program
        self.envelope = envelope
        self.offline = offline

    def one(self, found: Found, explaining: bool = False) -> tuple[Row, Decision]:
        """What would become of one message."""
        message, settings = found.message, self.program.settings
        evidence = Evidence(message, self.envelope, settings, offline=self.offline)
        now = time.time()
        decision = decide(message, self.envelope, evidence, self.program, now, explaining)
        return row_of(found.path, message, decision, evidence), decision

    def rows(self, found: Iterable[Found]) -> Iterator[tuple[Row, Found]]:
        """What would become of each message; unreadable ones are said on standard error."""
        for one in found:
            try:
                yield self.one(one)[0], one
            except OSError as error:
                click.echo(f"{one.path}: {error.strerror}", err=True)


def _print_explanation(run: DryRun, found: Found) -> None:
    _, decision = run.one(found, explaining=True)
    click.echo(f"== {found.path}")
    click.echo(explain_text(found.message, decision, len(run.program)))


def _print_changes(run: DryRun, other: DryRun, found: Iterable[Found], as_lines: bool) -> None:
    """Only the messages for which the two sets of rules decide differently."""
    same = changed = 0
    for row, one in run.rows(found):
        then, _ = other.one(one)
        if (row.destination, row.copies) == (then.destination, then.copies):
            same += 1
            continue
        changed += 1
        if as_lines:
            change = {"path": row.path, "now": as_json(row), "then": as_json(then)}
            sys.stdout.write(json.dumps(change, ensure_ascii=False) + "\n")
        else:
            click.echo(f"{row.path}: {_by(row)} → {_by(then)}")
    if not as_lines:
        click.echo(f"{changed} would change, {same} would not")


def _by(row: Row) -> str:
    return f"{row.destination} [{row.rule or NO_RULE}]"


def _print_for_people(
    run: DryRun, found: Iterator[Found], total: int | None, list_all: bool
) -> None:
    """One message explains itself; many make a table and a summary."""
    first = list(itertools.islice(found, 2))
    if len(first) == 1:
        _print_explanation(run, first[0])
        return
    counts: Counter[tuple[str, str]] = Counter()
    kept: list[Row] = []
    with progress("deciding", total) as advance:
        for row, _ in run.rows(itertools.chain(first, found)):
            counts[summary_key(row)] += 1
            if list_all or len(kept) <= LONGEST_TABLE:
                kept.append(row)
            advance()
    console = Console(highlight=False)
    if list_all or len(kept) <= LONGEST_TABLE:
        console.print(table_of(kept))
        console.print()
    console.print(summary_of(counts))
    console.print(f"{counts.total()} messages; nothing was changed")
