"""dry_run_messages: rules tried on messages, as many as there are, without delivering them.

Nothing here needs click or rich, which take longer to load than a thousand
messages to decide.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from maildrop_py.cli.parallel import WORTH_IT, in_parallel, processors
from maildrop_py.cli.progress import progress
from maildrop_py.decision.decider import Decider, user_world
from maildrop_py.decision.decision import Decision
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.intake.message_files import (
    STANDARD_INPUT,
    NamedMessage,
    Walk,
    count_in,
    is_maildir,
    messages_in,
    named_message,
)
from maildrop_py.message.envelope import Envelope
from maildrop_py.paths import UserPaths
from maildrop_py.record import fields_of
from maildrop_py.report.dry_run_rows import NO_RULE, Row, row_of, summary_of, summary_rows
from maildrop_py.report.page import on_page, page_width
from maildrop_py.report.wording import destination
from maildrop_py.rules.program.program import Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST_TABLE = 40
"""Messages; of more than this the table is left out unless it is asked for."""


class Messages:
    """The messages that the command line names; gone through again for each iteration."""

    def __init__(self, paths: tuple[str, ...], walk: Walk) -> None:
        self._paths = paths or (STANDARD_INPUT,)
        self._walk = walk
        self.total = count_in(paths, walk) if paths else None

    def __iter__(self) -> Iterator[NamedMessage]:
        return messages_in(self._paths, self._walk)

    def share(self, number: int, among: int) -> Iterator[NamedMessage]:
        """Every `among`-th message, beginning with that `number`, counted from 0."""
        if len(self._paths) == 1 and is_maildir(self._paths[0]):
            return map(named_message, self._walk(self._paths[0]).share(number, among))
        return islice(self, number, None, among)

    def is_one(self) -> bool:
        """Whether there is one message and no more."""
        return self._paths == (STANDARD_INPUT,) or len(list(islice(self, 2))) == 1

    def each(self, work: Callable[[NamedMessage], Any]) -> Iterator[Any]:
        """`work` of each message, in order; unreadable ones are said, and give nothing."""

        def one(found: NamedMessage) -> Any:
            try:
                return work(found)
            except OSError as error:
                print(f"{found.path}: {error.strerror}", file=sys.stderr)
                return None

        workers = processors() if (self.total or 0) >= WORTH_IT else 1
        with progress("deciding", self.total) as advance:
            for result in in_parallel(self.share, one, workers):
                advance()
                if result is not None:
                    yield result


class Trial:
    """One set of rules, run over messages without delivering them."""

    def __init__(self, program: Program, envelope: Envelope, offline: bool) -> None:
        self.program = program
        self.envelope = envelope
        self._decider = Decider(program)
        self._world = user_world(UserPaths(os.environ).state, offline=offline, remember=False)
        self._warned: set[str] = set()

    def decide(self, found: NamedMessage, explaining: bool = False) -> tuple[Decision, Evidence]:
        """What would become of one message."""
        decision, evidence = self._decider.decide(
            found.message, self.envelope, self._world, explaining
        )
        if evidence.warnings:
            self._warn(evidence.warnings)
        return decision, evidence

    def _warn(self, warnings: list[str]) -> None:
        """What went wrong in asking, each thing once."""
        for warning in dict.fromkeys(warnings):
            if warning not in self._warned:
                self._warned.add(warning)
                print(warning, file=sys.stderr)

    def place(self, found: NamedMessage) -> tuple[str, str]:
        """Where it would go, and by which rule."""
        decision, _ = self.decide(found)
        return destination(decision), decision.rule or NO_RULE

    def row(self, found: NamedMessage) -> Row:
        """The same, with all that is shown of a message."""
        return row_of(found.path, found.message, *self.decide(found))

    def cells(self, found: NamedMessage) -> tuple[object, ...]:
        """The fields of the row, as plain values."""
        row = self.row(found)
        return tuple(getattr(row, field) for field in fields_of(row))


def print_counts(counts: Counter[tuple[str, str]]) -> None:
    """How many messages would go where, and by which rule."""
    width = page_width()
    lines = None if width is None else on_page(summary_rows(counts), width)
    if lines is None:
        from rich.console import Console

        Console(highlight=False).print(summary_of(counts))
        lines = []
    print(*lines, f"{counts.total()} messages; nothing was changed", sep="\n", flush=True)
