"""reading: delivery logs read in parallel, and what they come to.

Known limits: a log is read as it is when it is opened; of lines that are no entries the number and
the first place are said, not each.
"""

from __future__ import annotations

import gc
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from maildrop_py.record import record
from maildrop_py.report.log_reader import Entry, open_log, parsed
from maildrop_py.report.statistics.deliveries import Deliveries
from maildrop_py.report.statistics.pieces import Piece, lines_of, pieces_of, spans

if TYPE_CHECKING:
    from maildrop_py.message import ip

    InParallel = Callable[..., Iterator[Any]]

OUTSIDE, BEFORE, NOW = range(3)


@record
class Wanted:
    """Which entries count: from `since` to before `until` (UTC), for `user`; None for all.

    `user` is a recipient's address, or the part before the @. With `compare`, the period of
    the same length before `since` is counted too.
    """

    since: datetime | None = None
    until: datetime | None = None
    user: str = ""
    compare: bool = False

    def period_of(self, entry: Entry) -> int:
        """NOW, BEFORE or OUTSIDE. Raises ValueError where the time cannot be read."""
        if self.user and not self._is_users(entry):
            return OUTSIDE
        if self.since is None and self.until is None:
            return NOW
        when = datetime.fromisoformat(entry["time"])
        when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
        if self.until is not None and when >= self.until:
            return OUTSIDE
        if self.since is None or when >= self.since:
            return NOW
        return BEFORE if self.compare and when >= self._before else OUTSIDE

    @property
    def _before(self) -> datetime:
        assert self.since is not None
        return self.since - ((self.until or datetime.now(UTC)) - self.since)

    def _is_users(self, entry: Entry) -> bool:
        recipient = entry.get("recipient")
        if not isinstance(recipient, str):
            return False
        recipient, user = recipient.lower(), self.user.lower()
        return user in (recipient, recipient.rpartition("@")[0])


@record
class Account:
    """What the logs came to, `before` the same for the period before; bad lines in words."""

    now: Deliveries
    before: Deliveries
    complaints: tuple[tuple[str, str], ...]


def read_logs(
    paths: Iterable[str],
    wanted: Wanted,
    in_parallel: InParallel,
    workers: int,
    country: Callable[[ip.Address], str] | None = None,
) -> Account:
    """Read the logs at `paths`, and what they were rotated to. Raises OSError."""
    with ExitStack() as stack:
        files = [stack.enter_context(file) for path in paths for file in open_log(path)]
        pieces = list(pieces_of(files))

        parts = spans(pieces, workers)

        def work(number: int) -> dict[str, Any]:
            return _count(parts[number], wanted, country, keep=number > 0)

        def share(start: int, step: int) -> Iterable[int]:
            return range(start, len(parts), step)

        return _together(in_parallel(share, work, len(parts), 1))


def _together(states: Iterable[dict[str, Any]]) -> Account:
    now, before = Deliveries(), Deliveries()
    bad: dict[str, tuple[int, str]] = {}
    for state in states:
        now.merge(state["now"])
        before.merge(state["before"])
        for name, number, why in state["bad"]:
            said = bad.get(name, (0, why))
            bad[name] = said[0] + number, said[1]
    complaints = tuple((name, _in_words(*said)) for name, said in bad.items())
    return Account(now, before, complaints)


def _in_words(number: int, first: str) -> str:
    return first if number == 1 else f"{first}, and {number - 1} more lines like it"


def _count(
    pieces: Iterable[Piece],
    wanted: Wanted,
    country: Callable[[ip.Address], str] | None,
    keep: bool,
) -> dict[str, Any]:
    """What pieces that follow each other come to, as plain values."""
    counted = {NOW: Deliveries(keep, country), BEFORE: Deliveries()}
    bad: list[tuple[str, int, str]] = []
    gc.disable()  # entries hold no circles, and there are very many of them
    try:
        for piece in pieces:
            number, first = _count_piece(piece, wanted, counted)
            bad += [(piece.name, number, first)] if number else []
    finally:
        gc.enable()
    return {"now": counted[NOW].state(), "before": counted[BEFORE].state(), "bad": bad}


def _count_piece(piece: Piece, wanted: Wanted, counted: dict[int, Deliveries]) -> tuple[int, str]:
    """How many lines are no entries, and where the first is."""
    bad, first = 0, ""
    try:
        for number, line in enumerate(lines_of(piece), 1):
            entry = parsed(line)
            try:
                period = None if entry is None else wanted.period_of(entry)
            except (ValueError, TypeError):
                period = None
            if period is None or entry is None:
                bad += 1
                first = first or f"{_place(piece, number)} is not a log entry"
            elif period != OUTSIDE:
                counted[period].add(entry)
    except (OSError, EOFError, zlib.error) as error:  # a damaged compressed file
        bad += 1
        first = first or str(error)
    return bad, first


def _place(piece: Piece, number: int) -> str:
    behind = f", {piece.start} bytes behind its beginning" if piece.start > 0 else ""
    return f"line {number}{behind}"
