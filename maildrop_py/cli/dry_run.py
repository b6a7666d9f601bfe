"""dry-run: what the rules would do to messages, and why; nothing is touched."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click

from maildrop_py.cli.environment import Places
from maildrop_py.cli.maildirs import walk_of
from maildrop_py.cli.parallel import WORTH_IT, in_parallel, processors
from maildrop_py.cli.progress import progress
from maildrop_py.cli.rules_file import program_of, rules_option
from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision
from maildrop_py.evidence.borrowed_store import BorrowedStore
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.intake.message_files import (
    STANDARD_INPUT,
    Found,
    Walk,
    as_found,
    count_in,
    is_maildir,
    messages_in,
)
from maildrop_py.message.envelope import Envelope
from maildrop_py.record import fields_of
from maildrop_py.report.explain import explain as explain_text
from maildrop_py.report.path import path_lines, was_asked
from maildrop_py.report.rows import (
    NO_RULE,
    Row,
    as_json,
    row_of,
    summary_key,
    summary_of,
    table_of,
)
from maildrop_py.report.words import destination
from maildrop_py.rules.program import Program

LONGEST_TABLE = 40
"""Messages; of more than this the table is left out unless it is asked for."""


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
    run = DryRun(program, envelope, offline)
    walk = walk_of(program.settings, folders, all_folders)
    messages = Messages(paths, walk)
    if against is not None:
        _print_changes(run, DryRun(program_of(against), envelope, offline), messages, as_lines)
    elif as_lines:
        for line in messages.each(run.json_line):
            sys.stdout.write(line)
    elif explain or messages.is_one():
        for found in messages:
            _print_explanation(run, found, with_path=explain)
    else:
        _print_table(run, messages, list_all)


class Messages:
    """The messages that the command line names; gone through again for each iteration."""

    def __init__(self, paths: tuple[str, ...], walk: Walk) -> None:
        self._paths = paths or (STANDARD_INPUT,)
        self._walk = walk
        self.total = count_in(paths, walk) if paths else None

    def __iter__(self) -> Iterator[Found]:
        return messages_in(self._paths, self._walk)

    def share(self, number: int, among: int) -> Iterator[Found]:
        """Every `among`-th message, beginning with that `number`, counted from 0."""
        if len(self._paths) == 1 and is_maildir(self._paths[0]):
            return map(as_found, self._walk(self._paths[0]).share(number, among))
        return itertools.islice(self, number, None, among)

    def is_one(self) -> bool:
        """Whether there is one message and no more."""
        return self._paths == (STANDARD_INPUT,) or len(list(itertools.islice(self, 2))) == 1

    def each(self, work: Callable[[Found], Any]) -> Iterator[Any]:
        """`work` of each message, in order; unreadable ones are said, and give nothing."""

        def one(found: Found) -> Any:
            try:
                return work(found)
            except OSError as error:
                click.echo(f"{found.path}: {error.strerror}", err=True)
                return None

        workers = processors() if (self.total or 0) >= WORTH_IT else 1
        with progress("deciding", self.total) as advance:
            for result in in_parallel(self.share, one, workers):
                advance()
                if result is not None:
                    yield result


class DryRun:
    """One set of rules, run over messages without delivering them."""

    def __init__(self, program: Program, envelope: Envelope, offline: bool) -> None:
        self.program = program
        self.envelope = envelope
        self.offline = offline
        self._state = Places(os.environ).state
        self._store = BorrowedStore(f"{self._state}/evidence.sqlite")
        self._warned: set[str] = set()

    def decide(self, found: Found, explaining: bool = False) -> tuple[Decision, Evidence]:
        """What would become of one message."""
        message, program = found.message, self.program
        evidence = Evidence(
            message,
            self.envelope,
            program.settings,
            self._state,
            offline=self.offline,
            zones=program.zones,
            store=self._store,
        )
        decision = decide(message, self.envelope, evidence, program, time.time(), explaining)
        if evidence.warnings:
            self._warn(evidence.warnings)
        return decision, evidence

    def _warn(self, warnings: list[str]) -> None:
        """What went wrong in asking, each thing once."""
        for warning in dict.fromkeys(warnings):
            if warning not in self._warned:
                self._warned.add(warning)
                click.echo(warning, err=True)

    def json_line(self, found: Found) -> str:
        """The line that `--json` prints."""
        return json.dumps(as_json(self.row(found)), ensure_ascii=False) + "\n"

    def place(self, found: Found) -> tuple[str, str]:
        """Where it would go, and by which rule."""
        decision, _ = self.decide(found)
        return destination(decision), decision.rule or NO_RULE

    def row(self, found: Found) -> Row:
        """The same, with all that is shown of a message."""
        return row_of(found.path, found.message, *self.decide(found))

    def cells(self, found: Found) -> tuple[object, ...]:
        """The fields of the row, as plain values."""
        row = self.row(found)
        return tuple(getattr(row, field) for field in fields_of(row))


def _print_explanation(run: DryRun, found: Found, with_path: bool) -> None:
    """Why one message goes where it goes; by which path it came if a rule or the user asks."""
    decision, evidence = run.decide(found, explaining=True)
    path = path_lines(evidence) if with_path or was_asked(evidence) else ()
    click.echo(f"== {found.path}")
    click.echo(explain_text(found.message, decision, len(run.program), path))


def _print_changes(run: DryRun, other: DryRun, messages: Messages, as_lines: bool) -> None:
    """Only the messages for which the two sets of rules decide differently."""

    def change(found: Found) -> str:
        now, then = run.row(found), other.row(found)
        if (now.destination, now.copies) == (then.destination, then.copies):
            return ""
        if as_lines:
            rows = {"path": found.path, "now": as_json(now), "then": as_json(then)}
            return json.dumps(rows, ensure_ascii=False)
        return f"{found.path}: {_by(now)} → {_by(then)}"

    same = changed = 0
    for line in messages.each(change):
        same, changed = (same, changed + 1) if line else (same + 1, changed)
        if line:
            click.echo(line)
    if not as_lines:
        click.echo(f"{changed} would change, {same} would not")


def _by(row: Row) -> str:
    return f"{row.destination} [{row.rule or NO_RULE}]"


def _print_table(run: DryRun, messages: Messages, list_all: bool) -> None:
    """A row a message, if they are not too many, and a summary."""
    counts: Counter[tuple[str, str]] = Counter()
    rows: list[Row] = []
    listed = list_all or (messages.total or 0) <= LONGEST_TABLE
    if listed:
        rows = [Row(*cells) for cells in messages.each(run.cells)]
        counts.update(map(summary_key, rows))
    else:
        counts.update(messages.each(run.place))
    from rich.console import Console

    console = Console(highlight=False)
    if listed:
        console.print(table_of(rows))
        console.print()
    console.print(summary_of(counts))
    console.print(f"{counts.total()} messages; nothing was changed")
