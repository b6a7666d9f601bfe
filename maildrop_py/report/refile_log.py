"""refile_log: what `refile`, `watch` and an import do with each message, for the delivery log.

A Reporter of a run that passes everything on to another Reporter. Entries are written
many at a time; after a kill the journal still has what was done.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from maildrop_py.report.delivery_log import append_entries
from maildrop_py.report.log_entry import FAILED, IMPORTED, REFILED, UNDONE, Event, entry_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.message import Message
    from maildrop_py.refile.past_runs import PastRun
    from maildrop_py.refile.run import Changed, OnChanged, Reporter
    from maildrop_py.refile.undo import Undone

BATCH = 500
"""Entries that are kept back at most."""


class LoggingReporter:
    """Logs to the file at `path` what `command` does; `run` gives the name of its run."""

    def __init__(self, reporter: Reporter, path: str, command: str, run: Callable[[], str]) -> None:
        self.left = reporter.left
        self.warn = reporter.warn
        self._reporter = reporter
        self._path = path
        self._command = command
        self._run = run
        self._entries: list[dict[str, object]] = []

    def planned(
        self, path: str, message: Message, decision: Decision, evidence: Evidence
    ) -> OnChanged:
        report = self._reporter.planned(path, message, decision, evidence)
        result = IMPORTED if self._command == "import" else REFILED
        event = Event(
            *(self._command, result, time.time(), None, message, decision),
            evidence=evidence,
            moved_from=path,
        )
        return partial(self._changed, entry_of(event), report)

    def failed(self, path: str, why: str) -> None:
        self._reporter.failed(path, why)
        event = Event(self._command, FAILED, time.time(), error=why, paths=(path,))
        self._add(entry_of(event))

    def flush(self) -> None:
        """Write what is kept back."""
        entries, self._entries = self._entries, []
        append_entries(self._path, entries)

    def _changed(self, entry: dict[str, object], report: OnChanged, changed: Changed) -> None:
        report(changed)
        entry["paths"] = [changed.path] if changed.path else []
        self._add(entry)

    def _add(self, entry: dict[str, object]) -> None:
        if name := self._run():
            entry["run"] = name
        self._entries.append(entry)
        if len(self._entries) >= BATCH:
            self.flush()


class RunLogs:
    """The Reporters of runs of `command`: `printing`, which log to the file at `path` too."""

    def __init__(self, printing: Reporter, path: str | None, command: str) -> None:
        self._path, self._printing, self._command = path, printing, command
        self._logging: list[LoggingReporter] = []

    def reporter(self, run: Callable[[], str]) -> Reporter:
        """One for a run in a Maildir; `run` gives the name of the run that it is in."""
        if not self._path:
            return self._printing
        self._logging.append(LoggingReporter(self._printing, self._path, self._command, run))
        return self._logging[-1]

    def flush(self) -> None:
        """Write what is kept back."""
        for each in self._logging:
            each.flush()


def undo_entry(past: PastRun, undone: Undone) -> dict[str, object]:
    """What `undo` did with one message of the run `past`; it was not read for that."""
    line: dict[str, Any] = undone.line
    moved_from = f"{past.maildir}/{line['to']}" if "to" in line else ""
    put_back = undone.outcome in ("back", "changed")
    event = Event(
        *("undo", UNDONE if put_back else FAILED, time.time()),
        paths=(undone.path,) if undone.path else (),
        error="" if put_back else undone.why or undone.outcome,
        moved_from=moved_from,
        run=past.name,
    )
    return entry_of(event)
