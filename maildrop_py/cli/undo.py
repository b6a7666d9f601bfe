"""undo: put back what a refile or watch has moved."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

import click

from maildrop_py.cli.completion import complete_folders, complete_rules, complete_runs
from maildrop_py.cli.log_option import log_option
from maildrop_py.cli.rules_file import settings_of_user
from maildrop_py.evidence.bayes.taught_by_runs import what_takes_back
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.past_runs import PastRun, past_runs
from maildrop_py.refile.run_start import start_run
from maildrop_py.refile.undo import UNDO, Undo, Undone, undone_before
from maildrop_py.refile.undo_selection import Wanted, run_to_undo
from maildrop_py.report.standard_error import warn
from maildrop_py.report.undo_report import (
    Line,
    UndoReport,
    print_runs,
    print_wanted,
    run_as_object,
)


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
    paths = UserPaths(os.environ)
    directory = journals(paths.state)
    runs = past_runs(directory)
    if list_runs:
        print_runs([run_as_object(it, len(undone_before(it, runs))) for it in runs], as_lines)
        return
    past = run_to_undo(runs, run)
    wanted = Wanted(past, **options)
    before = undone_before(past, runs)
    lines = (item for item in past.performed() if item[0] not in before and wanted(item[1]))
    if dry_run:
        for _, line in lines:
            print_wanted(line, as_lines)
        return
    report = UndoReport(past, paths.log_to_write(log), as_lines=as_lines)
    _put_back(past, lines, paths, report)
    sys.exit(report.finish())


def _put_back(
    past: PastRun, lines: Iterable[tuple[int, Line]], paths: UserPaths, report: UndoReport
) -> None:
    layout, encoding = (str(past.head.get(key, "")) for key in ("layout", "encoding"))
    maildir = Maildir(past.maildir, layout, encoding)
    take_back = what_takes_back(past.name, paths.state, settings_of_user, warn)

    def done(undone: Undone) -> None:
        report.add(undone)
        if undone.path:
            take_back(undone.path)

    try:
        journal = start_run(UNDO, maildir, journals(paths.state), warn, undoes=past.name)
        Undo(past, journal, maildir.folder("Trash"), done).run(lines)
    finally:
        report.write_log()
    journal.end()
