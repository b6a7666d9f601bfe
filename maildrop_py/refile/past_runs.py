"""past_runs: the journals of earlier runs, read again, and ended where a run was killed.

Guarantee: a line that was cut short is passed over, for what it says was not
done. The journal of a living process is never written to.

Reports: OSError for a journal that cannot be read or written; one that has gone
is an empty one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from json import loads

from maildrop_py.refile.journal import ENDED, RUNNING, as_line, rename_as_ended, run_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TextIO

    Record = dict[str, Any]

KEPT = 90 * 86400  # seconds that journals of ended runs are kept


class PastRun:
    """The journal of a run that is over, or was, or is not yet."""

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
        """The lines that were carried out, with their numbers."""
        waiting: list[tuple[int, Record]] = []
        for number, record in self._records():
            if "done" in record:
                failed = set(record.get("not", ()))
                yield from (item for item in waiting if item[0] not in failed)
                waiting.clear()
            elif "do" in record:
                waiting.append((number, record))

    def noted(self, do: str) -> Iterator[tuple[int, Record]]:
        """The lines of one kind, carried out or not."""
        return (item for item in self._records() if item[1].get("do") == do)

    def in_doubt(self) -> list[tuple[int, Record]]:
        """The lines of which it is not said whether they were carried out."""
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
        """The file, also where the run has ended meanwhile; nothing if it is forgotten by now."""
        for path in (self.path, self.path.removesuffix(RUNNING) + ENDED, os.devnull):
            try:
                return open(path, encoding="utf-8", errors="surrogateescape", newline="\n")
            except FileNotFoundError:
                continue
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.path)


def _record(line: str) -> Record | None:
    """None for a line cut short by a power failure, which was not carried out either."""
    try:
        record = loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


class Taken:
    """The right to write on the journal of a run whose process is dead.

    `with Taken(run) as taken:` `taken.alive` says that it is not dead at all,
    or that another process has settled it meanwhile.
    """

    def __init__(self, run: PastRun) -> None:
        self.alive = False
        self._path = run.path
        self._descriptor = -1

    def __enter__(self) -> Taken:
        try:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.alive = not os.path.exists(self._path)
        except (BlockingIOError, FileNotFoundError):
            self.alive = True
        return self

    def write(self, **record: object) -> None:
        """One more line, durably; behind half a line too."""
        os.write(self._descriptor, b"\n" + as_line(record).encode("utf-8", "surrogateescape"))
        os.fdatasync(self._descriptor)

    def end(self) -> None:
        """The run is over, as far as it came."""
        self.write(end=round(time.time(), 3))
        rename_as_ended(self._path)

    def __exit__(self, *exc: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


def past_runs(folder: str) -> list[PastRun]:
    """The runs whose journals are kept in `folder`, latest first."""
    try:
        names = [name for name in os.listdir(folder) if name.endswith((RUNNING, ENDED))]
    except FileNotFoundError:
        return []
    return [PastRun(os.path.join(folder, name)) for name in sorted(names, reverse=True)]


def forget_old(folder: str, now: float) -> None:
    """Remove the journals of runs that ended longer than KEPT ago; never raises OSError."""
    for run in past_runs(folder):
        with contextlib.suppress(OSError):
            if run.ended() and os.stat(run.path).st_mtime < now - KEPT:
                os.unlink(run.path)
