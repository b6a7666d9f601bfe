"""undo: put back what a refile or watch has moved."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

import click

from maildrop_py.cli.completion import complete_folders, complete_rules, complete_runs
from maildrop_py.cli.log_option import log_option, log_to_write
from maildrop_py.cli.untaught import untaught
from maildrop_py.errors import MaildropError, UsageError
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.past_runs import PastRun, past_runs
from maildrop_py.refile.run_start import start_run
from maildrop_py.refile.undo import UNDO, Undo, undone_before
from maildrop_py.refile.undo_selection import Wanted, run_to_undo
from maildrop_py.report.output import print_json
from maildrop_py.report.standard_error import say, warn
from maildrop_py.report.undo_report import (
    Line,
    UndoReport,
    line_as_object,
    name_of,
    run_as_object,
    runs_table,
)
from maildrop_py.translation import text as said


@click.command()
@click.argument("run", required=False, shell_complete=complete_runs)
@click.option("--list", "list_runs", is_flag=True, help="List the runs that can be undone.")
@click.option(
    "--folder",
    shell_complete=complete_folders,
    help="Only what went to folders that match this glob.",
)
@click.option(
    "--rule",
    shell_complete=complete_rules,
    help="Only what was done by rules whose names match this glob.",
)
@click.option("--message", help="Only messages with this text in their file names.")
@click.option("--dry-run", is_flag=True, help="Only say what would be put back.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
@log_option
def undo(
    run: str | None,
    list_runs: bool,
    dry_run: bool,
    as_lines: bool,
    log: str | None,
    **options: Any,
) -> None:
    """Put back what RUN has moved (the last run, if none is named), or a part of it.

    Flags that were changed since are kept. A message that is no longer where the
    run put it is reported, and left alone."""
    directory = journals(UserPaths(os.environ).state)
    runs = past_runs(directory)
    if list_runs:
        _print_runs(runs, as_lines)
        return
    try:
        past = run_to_undo(runs, run)
    except UsageError as error:
        raise click.ClickException(str(error)) from error
    wanted = Wanted(past, **options)
    before = undone_before(past, runs)
    lines = (item for item in past.performed() if item[0] not in before and wanted(item[1]))
    if dry_run:
        for _, line in lines:
            if as_lines:
                print_json(line_as_object(line, "would be put back"))
            else:
                say(name_of(line), said("would be put back"))
        return
    report = UndoReport(past, log_to_write(log), as_lines=as_lines)
    _put_back(past, lines, directory, report)
    sys.exit(report.finish())


def _put_back(
    past: PastRun, lines: Iterable[tuple[int, Line]], journals: str, report: UndoReport
) -> None:
    layout, encoding = (str(past.head.get(key, "")) for key in ("layout", "encoding"))
    maildir = Maildir(past.maildir, layout, encoding)
    try:
        journal = start_run(UNDO, maildir, journals, warn, undoes=past.name)
        Undo(past, journal, maildir.folder("Trash"), untaught(past.name, report.add)).run(lines)
    except MaildropError as error:
        raise click.ClickException(str(error)) from error
    finally:
        report.write_log()
    journal.end()


def _print_runs(runs: list[PastRun], as_lines: bool) -> None:
    found = [run_as_object(past, len(undone_before(past, runs))) for past in runs]
    if as_lines:
        for each in found:
            print_json(each)
    else:
        print(*runs_table(found), sep="\n")
