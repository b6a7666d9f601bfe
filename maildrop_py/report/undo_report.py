"""undo_report: what `undo` prints and logs: past runs, and what became of each message.

Names of runs, Maildirs and messages are printed whole, to be copied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from maildrop_py.report.delivery_log import append_entries
from maildrop_py.report.output import Output, json_text, print_json
from maildrop_py.report.refile_log import undo_entry
from maildrop_py.report.standard_error import say
from maildrop_py.report.tables import Column, table
from maildrop_py.translation import marked, text

if TYPE_CHECKING:
    from maildrop_py.refile.past_runs import PastRun
    from maildrop_py.refile.undo import Undone

Line = dict[str, Any]
"""One line of a journal: what was done with one message."""

RUNS = (
    *(Column("run"), Column("when"), Column("messages", right=True)),
    *(Column("put back", right=True), Column("maildir")),
)
WORDS = {
    "back": marked("put back"),
    "changed": marked("put back, changed since"),
    "gone": marked("gone"),
    "impossible": marked("cannot be undone"),
    "failed": marked("failed"),
}
"""Outcome -> in words."""


class UndoReport:
    """Prints what became of each message of the run `past`, and logs it to the file `log`."""

    def __init__(self, past: PastRun, log: str | None, *, as_lines: bool) -> None:
        self._past = past
        self._log = log
        self._as_lines = as_lines
        self._counts: Counter[str] = Counter()
        self._entries: list[dict[str, object]] = []
        self._output = Output()

    def add(self, undone: Undone) -> None:
        """One message more."""
        self._counts[undone.outcome] += 1
        self._entries.append(undo_entry(self._past, undone))
        why = undone.why or WORDS[undone.outcome]
        if self._as_lines:
            self._output.write(json_text(line_as_object(undone.line, why)))
        elif undone.outcome != "back":
            say(name_of(undone.line), text(why))

    def write_log(self) -> None:
        """Write the log, whether or not all went well."""
        if self._log is not None:
            append_entries(self._log, self._entries)

    def finish(self) -> int:
        """Print the sum; the exit status."""
        if not self._as_lines:
            found = [it for it in WORDS if self._counts[it]]
            wording = "{number} {outcome}"
            told = (text(wording, number=self._counts[it], outcome=text(WORDS[it])) for it in found)
            done = ", ".join(told)
            self._output.write(f"{self._past.name}: {done or text('nothing to put back')}\n")
        self._output.end()
        return 1 if self._counts["failed"] else 0


def run_as_object(past: PastRun, put_back: int) -> dict[str, object]:
    """A run for `--json`; `put_back` is how many of its messages were put back before."""
    at = datetime.fromtimestamp(float(past.head.get("at", 0)), UTC)
    return {
        "run": past.name,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "command": past.command,
        "messages": sum(1 for _ in past.performed()),
        "put_back": put_back,
        "maildir": past.maildir,
    }


def print_runs(runs: list[dict[str, object]], as_lines: bool) -> None:
    """Past runs, as `run_as_object` gives them: a table, or one JSON object a line."""
    if as_lines:
        for each in runs:
            print_json(each)
    else:
        print(*runs_table(runs), sep="\n")


def print_wanted(line: Line, as_lines: bool) -> None:
    """A line of a journal that would be put back."""
    if as_lines:
        print_json(line_as_object(line, "would be put back"))
    else:
        say(name_of(line), text("would be put back"))


def runs_table(runs: Iterable[dict[str, object]]) -> Iterator[str]:
    """The lines of a table of runs, as `run_as_object` gives them."""
    rows = [
        (str(it["run"]), _local(it), *map(str, (it["messages"], it["put_back"], it["maildir"])))
        for it in runs
    ]
    yield from table(RUNS, rows)


def _local(run: dict[str, object]) -> str:
    return f"{datetime.fromisoformat(str(run['time'])).astimezone():%Y-%m-%d %H:%M}"


def line_as_object(line: Line, outcome: str) -> dict[str, object]:
    """A line of a journal for `--json`, with what became of it."""
    shown = {key: line.get(key) for key in ("do", "from", "to", "rule")}
    return {**shown, "outcome": outcome}


def name_of(line: Line) -> str:
    """The file that a line of a journal is about."""
    return str(line.get("to") or line.get("from") or "")
