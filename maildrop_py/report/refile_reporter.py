"""refile_reporter: what `refile` and `watch` count and print of the messages that they take."""

from __future__ import annotations

import os
from functools import partial

from maildrop_py.report.dry_run_rows import LONGEST_TABLE, Row, as_json, row_of, table_of
from maildrop_py.report.output import Output, json_text
from maildrop_py.report.standard_error import say, warn
from maildrop_py.report.tally import Tally
from maildrop_py.report.visible import visible
from maildrop_py.report.wording import destination
from maildrop_py.translation import marked, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.message import Message
    from maildrop_py.refile.run import Changed, OnChanged

DONE = {
    "changed": (marked("changed"), marked("would be changed")),
    "delivered": (marked("delivered"), marked("would be delivered")),
}
"""What a run, and a dry run, says of messages."""


class RefileReporter:
    """The Reporter of one run of `refile`, and its result at the end."""

    def __init__(self, *, dry_run: bool, list_all: bool, as_lines: bool) -> None:
        self.tally = Tally()
        self._dry_run = dry_run
        self._list_all = list_all
        self._as_lines = as_lines
        self._rows: list[Row] = []
        self._output = Output()

    @property
    def is_ended(self) -> bool:
        """Whether the output is closed: nobody reads it any more, or the disk is full."""
        return self._output.is_closed

    def planned(
        self, path: str, message: Message, decision: Decision, evidence: Evidence
    ) -> OnChanged:
        row = None
        if self._as_lines or (self._dry_run and self._is_listed()):  # it takes as long as deciding
            row = row_of(path, message, decision, evidence)
        return partial(self._changed, decision, row)

    def left(self, reason: str) -> None:
        if reason:
            self.tally.not_allowed[reason] += 1
        else:
            self.tally.stay += 1

    def failed(self, path: str, why: str) -> None:
        self.tally.failed += 1
        say(path, why)

    def warn(self, text: str) -> None:
        warn(text)

    def finish(self, done: str, undo: str, stopped: bool) -> None:
        """Print the result: `done` is the word for it, `undo` the name of the run."""
        if self._as_lines:
            self._print_json({"summary": self.tally.as_json(), "undo": undo or None})
        else:
            self._print_result(done, undo, stopped)
        self._output.end()

    def _print_result(self, done: str, undo: str, stopped: bool) -> None:
        self._print_tables()
        self._print(self.tally.sentence(text(DONE[done][self._dry_run])))
        if stopped:
            self._print(text("stopped before the end"))
        if undo:
            self._print(text("to put it back: {command}", command=f"maildrop-py undo {undo}"))

    def _changed(self, decision: Decision, row: Row | None, changed: Changed) -> None:
        self.tally.change(decision)
        if row is None:
            return
        if self._as_lines:
            to = {"to": changed.path} if changed.path else {}
            self._print_json(as_json(row) | to)
        elif self._is_listed():
            self._rows.append(row)

    def _print_json(self, value: dict[str, object]) -> None:
        self._output.write(json_text(value))

    def _print(self, *lines: str) -> None:
        self._output.write("".join(f"{line}\n" for line in lines))

    def _is_listed(self) -> bool:
        return self._list_all or len(self._rows) <= LONGEST_TABLE

    def _print_tables(self) -> None:
        if self._rows and self._is_listed():
            self._print(*table_of(self._rows), "")
        if self.tally.changed:
            self._print(*self.tally.table())


class WatchReporter:
    """Prints a line for each message that was filed, and for what went wrong."""

    def __init__(self) -> None:
        self._output = Output()  # nobody need read it

    def planned(
        self, path: str, message: Message, decision: Decision, evidence: Evidence
    ) -> OnChanged:
        return partial(self._changed, destination(decision), decision.rule or "no rule")

    def left(self, reason: str) -> None:
        """Messages that stay are not reported: there are too many of them."""

    def failed(self, path: str, why: str) -> None:
        say(path, why)

    def warn(self, text: str) -> None:
        warn(text)

    def _changed(self, where: str, rule: str, changed: Changed) -> None:
        name = os.path.basename(changed.path)
        self._output.write(visible(f"{name}: to {where} [{rule}]") + "\n")
