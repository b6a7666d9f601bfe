"""undo: put back what a refile or watch has moved."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click

from maildrop_py.cli.standard_error import say, warn
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.folder_name import BadFolderName, from_disk
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
from maildrop_py.rules.matching.text import glob_fits

Line = dict[str, Any]
_LISTED = "{:<32}  {:<16}  {:>8}  {:>8}  {}"
WORDS = {
    BACK: "put back",
    CHANGED: "put back, changed since",
    GONE: "gone",
    IMPOSSIBLE: "cannot be undone",
    FAILED: "failed",
}


@click.command()
@click.argument("run", required=False)
@click.option("--list", "list_runs", is_flag=True, help="List the runs that can be undone.")
@click.option("--folder", help="Only what went to folders that match this glob.")
@click.option("--rule", help="Only what was done by rules whose names match this glob.")
@click.option("--message", help="Only messages with this text in their file names.")
@click.option("--dry-run", is_flag=True, help="Only say what would be put back.")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def undo(run: str | None, list_runs: bool, dry_run: bool, as_lines: bool, **options: Any) -> None:
    """Put back what RUN has moved (the last run, if none is named), or a part of it.

    Flags that were changed since are kept. A message that is no longer where the
    run put it is reported, and left alone."""
    places = UserPaths(os.environ)
    runs = past_runs(journals(places.state))
    if list_runs:
        _print_runs(runs)
        return
    past = _chosen(runs, run)
    wanted = Wanted(past, **options)
    before = undone_before(past, runs)
    lines = (item for item in past.performed() if item[0] not in before and wanted(item[1]))
    if dry_run:
        for _, line in lines:
            _print_line(line, "would be put back", as_lines)
        return
    sys.exit(_put_back(past, lines, places, as_lines))


class Wanted:
    """Whether a line of the journal is among those that were chosen."""

    def __init__(
        self, past: PastRun, folder: str | None, rule: str | None, message: str | None
    ) -> None:
        self._layout = str(past.head.get("layout", "maildir++"))
        self._encoding = str(past.head.get("encoding", "imap-utf-7"))
        self._folder, self._rule, self._message = folder, rule, message

    def __call__(self, line: Line) -> bool:
        names = f"{line.get('from', '')}\n{line.get('to', '')}"
        return (
            (self._folder is None or glob_fits(self._folder, self._name(line.get("to", ""))))
            and (self._rule is None or glob_fits(self._rule, line.get("rule") or ""))
            and (self._message is None or self._message in names)
        )

    def _name(self, path: str) -> str:
        directory = path.rpartition("/")[0].rpartition("/")[0]
        try:
            return from_disk(directory, self._layout, self._encoding)
        except BadFolderName:
            return directory


def _put_back(
    past: PastRun, lines: Iterable[tuple[int, Line]], places: UserPaths, as_lines: bool
) -> int:
    counts: Counter[str] = Counter()

    def report(undone: Undone) -> None:
        counts[undone.outcome] += 1
        if as_lines or undone.outcome != BACK:
            _print_line(undone.line, undone.why or WORDS[undone.outcome], as_lines)

    layout, encoding = (str(past.head.get(key, "")) for key in ("layout", "encoding"))
    maildir = Maildir(past.maildir, layout, encoding)
    try:
        journal = start_run(UNDO, maildir, journals(places.state), warn, undoes=past.name)
        Undo(past, journal, maildir.folder("Trash"), report).run(lines)
    except MaildropError as error:
        raise click.ClickException(str(error)) from error
    journal.end()
    if not as_lines:
        done = ", ".join(f"{counts[key]} {WORDS[key]}" for key in WORDS if counts[key])
        click.echo(f"{past.name}: {done or 'nothing to put back'}")
    return 1 if counts[FAILED] else 0


def _chosen(runs: list[PastRun], name: str | None) -> PastRun:
    """The run named, or the last one of which something can be put back."""
    for past in runs:
        if name == past.name:
            return past
        if name is None and past.command != UNDO and _is_left(past, runs):
            return past
    raise click.ClickException(f"no such run: {name}" if name else "there is nothing to undo")


def _is_left(past: PastRun, runs: list[PastRun]) -> bool:
    before = undone_before(past, runs)
    return any(number not in before for number, _ in past.performed())


def _print_runs(runs: list[PastRun]) -> None:
    """Lines of any length: names of runs and Maildirs must be whole, to be copied."""
    click.echo(_LISTED.format("run", "when", "messages", "put back", "maildir"))
    for past in runs:
        when = datetime.fromtimestamp(float(past.head.get("at", 0))).strftime("%Y-%m-%d %H:%M")
        moved = sum(1 for _ in past.performed())
        undone = len(undone_before(past, runs))
        click.echo(_LISTED.format(past.name, when, moved, undone, past.maildir))


def _print_line(line: Line, why: str, as_lines: bool) -> None:
    if as_lines:
        shown = {key: line.get(key) for key in ("do", "from", "to", "rule")}
        click.echo(json.dumps({**shown, "outcome": why}, ensure_ascii=False))
    else:
        say(str(line.get("to") or line.get("from") or ""), why)
