"""undo: put back what a refile or watch has moved."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import click

from maildrop_py.cli.completion import complete_folders, complete_rules, complete_runs
from maildrop_py.cli.log_option import log_option, log_to_write
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths, journals
from maildrop_py.refile.past_runs import PastRun, past_runs
from maildrop_py.refile.run_start import start_run
from maildrop_py.refile.undo import (
    BACK,
    CHANGED,
    FAILED,
    GONE,
    IMPOSSIBLE,
    UNDO,
    Undo,
    Undone,
    undone_before,
)
from maildrop_py.refile.undo_selection import Wanted, last_to_undo
from maildrop_py.report.delivery_log import append_entries
from maildrop_py.report.output import Output, json_text, print_json
from maildrop_py.report.refile_log import undo_entry
from maildrop_py.report.standard_error import say, warn
from maildrop_py.report.tables import Column, table

Line = dict[str, Any]
RUNS = (
    *(Column("run"), Column("when"), Column("messages", right=True)),
    *(Column("put back", right=True), Column("maildir")),
)
WORDS = {
    BACK: "put back",
    CHANGED: "put back, changed since",
    GONE: "gone",
    IMPOSSIBLE: "cannot be undone",
    FAILED: "failed",
}


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
    past = _chosen(runs, run)
    wanted = Wanted(past, **options)
    before = undone_before(past, runs)
    lines = (item for item in past.performed() if item[0] not in before and wanted(item[1]))
    if dry_run:
        for _, line in lines:
            if as_lines:
                print_json(_as_json(line, "would be put back"))
            else:
                say(_name_of(line), "would be put back")
        return
    sys.exit(PutBack(past, as_lines, log_to_write(log)).run(lines, directory))


class PutBack:
    """Puts a part of `past` back, prints what became of each message, and logs it."""

    def __init__(self, past: PastRun, as_lines: bool, log: str | None) -> None:
        self._past = past
        self._as_lines = as_lines
        self._log = log
        self._counts: Counter[str] = Counter()
        self._entries: list[dict[str, object]] = []
        self._output = Output()

    def run(self, lines: Iterable[tuple[int, Line]], journals: str) -> int:
        """Put back what the lines say; the exit status."""
        past = self._past
        layout, encoding = (str(past.head.get(key, "")) for key in ("layout", "encoding"))
        maildir = Maildir(past.maildir, layout, encoding)
        try:
            journal = start_run(UNDO, maildir, journals, warn, undoes=past.name)
            Undo(past, journal, maildir.folder("Trash"), self._report).run(lines)
        except MaildropError as error:
            raise click.ClickException(str(error)) from error
        finally:
            if self._log is not None:
                append_entries(self._log, self._entries)
        journal.end()
        if not self._as_lines:
            done = ", ".join(f"{self._counts[it]} {WORDS[it]}" for it in WORDS if self._counts[it])
            self._output.write(f"{past.name}: {done or 'nothing to put back'}\n")
        self._output.end()
        return 1 if self._counts[FAILED] else 0

    def _report(self, undone: Undone) -> None:
        self._counts[undone.outcome] += 1
        self._entries.append(undo_entry(self._past, undone))
        why = undone.why or WORDS[undone.outcome]
        if self._as_lines:
            self._output.write(json_text(_as_json(undone.line, why)))
        elif undone.outcome != BACK:
            say(_name_of(undone.line), why)


def _chosen(runs: list[PastRun], name: str | None) -> PastRun:
    """The run named, or the last one of which something can be put back."""
    past = (
        last_to_undo(runs) if name is None else next((it for it in runs if it.name == name), None)
    )
    if past is None:
        raise click.ClickException(
            f"no such run: {name}; `maildrop-py undo --list` shows all"
            if name
            else "there is nothing to undo"
        )
    return past


def _print_runs(runs: list[PastRun], as_lines: bool) -> None:
    """Names of runs and Maildirs are printed whole, to be copied."""
    found = [_run_as_json(past, runs) for past in runs]
    if as_lines:
        for each in found:
            print_json(each)
        return
    rows = [
        (str(it["run"]), _when(it), *map(str, (it["messages"], it["put_back"], it["maildir"])))
        for it in found
    ]
    print(*table(RUNS, rows), sep="\n")


def _run_as_json(past: PastRun, runs: list[PastRun]) -> dict[str, object]:
    at = datetime.fromtimestamp(float(past.head.get("at", 0)), UTC)
    return {
        "run": past.name,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "command": past.command,
        "messages": sum(1 for _ in past.performed()),
        "put_back": len(undone_before(past, runs)),
        "maildir": past.maildir,
    }


def _when(run: dict[str, object]) -> str:
    return f"{datetime.fromisoformat(str(run['time'])).astimezone():%Y-%m-%d %H:%M}"


def _as_json(line: Line, outcome: str) -> dict[str, object]:
    shown = {key: line.get(key) for key in ("do", "from", "to", "rule")}
    return {**shown, "outcome": outcome}


def _name_of(line: Line) -> str:
    return str(line.get("to") or line.get("from") or "")
