"""past_runs: read the journals of earlier runs, and end those of runs that were killed.

Guarantee: a line that was cut short is left out, because what it says was not
done. The journal of a process that lives is never written to.

Reports: OSError for a journal that cannot be read or written. A journal that has
been removed is read as an empty one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from json import loads

from maildrop_py.refile.journal import ENDED, RUNNING, as_line, rename_as_ended, run_name
from maildrop_py.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TextIO

    Record = dict[str, Any]

KEPT = 90 * 86400  # seconds that journals of ended runs are kept


class PastRun:
    """The journal of a run, which may still be going on."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = run_name(path)
        self._head: Record | None = None

    @property
    def head(self) -> Record:
        """The first line."""
        if self._head is None:
            self._head = next((record for _, record in self._records()), {})
        return self._head

    @property
    def maildir(self) -> str:
        return str(self.head.get("maildir", ""))

    @property
    def command(self) -> str:
        """The command whose run it was."""
        return self.name.rpartition("-")[2].partition(".")[0]

    def ended(self) -> bool:
        """Whether the run came to its end, or what it left in doubt was settled."""
        return self.path.endswith(ENDED)

    def performed(self) -> Iterator[tuple[int, Record]]:
        """The steps that were carried out, each with the number of its line."""
        waiting: list[tuple[int, Record]] = []
        for number, record in self._records():
            if "done" in record:
                failed = set(record.get("not", ()))
                yield from (item for item in waiting if item[0] not in failed)
                waiting.clear()
            elif "do" in record:
                waiting.append((number, record))

    def lines(self, do: str) -> Iterator[tuple[int, Record]]:
        """The lines of one kind, each with its number, carried out or not."""
        return (item for item in self._records() if item[1].get("do") == do)

    def in_doubt(self) -> list[tuple[int, Record]]:
        """The steps of which the journal does not say whether they were carried out."""
        waiting: list[tuple[int, Record]] = []
        for number, record in self._records():
            if "done" in record:
                waiting.clear()
            elif "do" in record:
                waiting.append((number, record))
        return waiting

    def _records(self) -> Iterator[tuple[int, Record]]:
        with self._opened() as file:
            for number, line in enumerate(file):
                record = _record(line)
                if record is not None:
                    yield number, record

    def _opened(self) -> TextIO:
        """The file, also if its run has ended meanwhile; an empty one if it was removed."""
        for path in (self.path, self.path.removesuffix(RUNNING) + ENDED, os.devnull):
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                return open(descriptor, encoding="utf-8", errors="surrogateescape", newline="\n")
            except FileNotFoundError:
                continue
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.path)


def _record(line: str) -> Record | None:
    """None for a line that a power failure cut short; it was not carried out either."""
    try:
        record = loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


class DeadJournal:
    """The journal of a run whose process is dead, locked and open for writing.

    `with DeadJournal(run) as journal:` `journal.alive` says that the process still
    lives, or that another process has settled the run meanwhile.
    """

    def __init__(self, run: PastRun) -> None:
        self.alive = False
        self._path = run.path
        self._descriptor = -1

    def __enter__(self) -> DeadJournal:
        try:
            self._descriptor = open_regular(self._path, os.O_WRONLY | os.O_APPEND)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.alive = not os.path.exists(self._path)
        except (BlockingIOError, FileNotFoundError):
            self.alive = True
        return self

    def write(self, **record: object) -> None:
        """Add a line, durably; also behind half a line."""
        os.write(self._descriptor, b"\n" + as_line(record).encode("utf-8", "surrogateescape"))
        os.fdatasync(self._descriptor)

    def end(self) -> None:
        """The run is over, and went as far as the journal says."""
        self.write(end=round(time.time(), 3))
        rename_as_ended(self._path)

    def __exit__(self, *exc: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


def past_runs(directory: str) -> list[PastRun]:
    """The runs whose journals are in `directory`, latest first."""
    try:
        names = [name for name in os.listdir(directory) if name.endswith((RUNNING, ENDED))]
    except FileNotFoundError:
        return []
    return [PastRun(os.path.join(directory, name)) for name in sorted(names, reverse=True)]


def forget_old(directory: str, now: float) -> None:
    """Remove the journals of runs that ended longer than KEPT ago; never raises OSError."""
    for run in past_runs(directory):
        with contextlib.suppress(OSError):
            if run.ended() and os.stat(run.path).st_mtime < now - KEPT:
                os.unlink(run.path)
