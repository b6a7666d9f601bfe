"""journal: what a refile, watch or undo is about to do, written and synced before it is done.

One file a run, a JSON object a line, paths relative to the Maildir:

    {"run": "refile", "maildir": "/home/anna/Maildir", "at": 1700000000.1, …}
    {"do": "move", "from": "cur/…:2,S", "to": ".Lists.foo/cur/…:2,S", "rule": "lists"}
    {"done": 2, "not": [1]}
    {"end": 1700000000.9}

`done` says that the lines above it, counted from 0, were carried out, but for
those in `not`; so a run that was killed left at most the lines behind its last
`done` in doubt (recovery.py settles those). A run's process holds a lock on its
file as long as it lives, and the file's name says whether the run has ended.

Guarantee: sync() returns when all that was noted is on the disk. The file is
for its owner alone. File names that are not UTF-8 stand in it byte for byte.

Reports: OSError from create(), note(), sync(); done() and end() never raise it,
for what they say can be found out again.

Known limit: the lock is flock(2), which old network file systems do not share
between machines: keep the state folder on a local disk.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from json import loads
from json.encoder import encode_basestring as quoted

from maildrop_py.delivery.maildir import sync_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    Record = dict[str, Any]

KEPT = 90 * 86400  # seconds that journals of ended runs are kept
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
RUNNING, ENDED = ".running", ".jsonl"  # how a journal's name ends


class Journal:
    """The journal of the run at work; its file is made when the first line is noted.

    `folder` is where journals are kept, `run` the command's name, `about` what
    else the first line says.
    """

    def __init__(self, folder: str, run: str, maildir: str, about: Mapping[str, object]) -> None:
        self.folder = folder
        self.path = ""
        self._head: dict[str, object] = {"run": run, "maildir": maildir, **about}
        self._descriptor = -1
        self._lines = 0
        self._pending: list[str] = []

    @property
    def name(self) -> str:
        """What `undo` knows the run by; "" if it has done nothing."""
        return _name(self.path)

    def note(self, **record: object) -> int:
        """Note one thing to be done; returns the number of its line."""
        return self.note_line(_line(record))

    def note_move(self, do: str, source: str, target: str, rule: str | None) -> int:
        """note() of the commonest record, at a tenth of the cost."""
        by = "null" if rule is None else quoted(rule)
        return self.note_line(
            f'{{"do": "{do}", "from": {quoted(source)}, "to": {quoted(target)}, "rule": {by}}}\n'
        )

    def note_line(self, line: str) -> int:
        if self._descriptor < 0:
            self._create()
        self._pending.append(line)
        self._lines += 1
        return self._lines - 1

    def sync(self) -> None:
        """Write what was noted, durably; all of it or, with an OSError, nothing."""
        self._write(os.fdatasync)

    def done(self, failed: Iterable[int]) -> None:
        """All that was noted has been done, but for the lines `failed`."""
        if self._descriptor >= 0:
            self._note_quietly({"done": self._lines, "not": sorted(failed)})

    def end(self) -> None:
        """The run is over."""
        if self._descriptor >= 0:
            self._note_quietly({"end": round(time.time(), 3)})
            self.path = _renamed_as_ended(self.path)
            self.close()

    def close(self) -> None:
        """Give up the lock, as dying would."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _note_quietly(self, record: Record) -> None:
        with contextlib.suppress(OSError):
            self.note(**record)
            self._write()

    def _write(self, finish: Callable[[int], object] | None = None) -> None:
        data = "".join(self._pending).encode("utf-8", "surrogateescape")
        size = os.fstat(self._descriptor).st_size
        try:
            if os.write(self._descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
            if finish is not None:
                finish(self._descriptor)
        except OSError:
            self._lines -= len(self._pending)
            os.ftruncate(self._descriptor, size)  # no half lines between whole ones
            raise
        finally:
            self._pending.clear()

    def _create(self) -> None:
        """Make the file with its first line; nobody sees it without its lock."""
        os.makedirs(self.folder, 0o700, exist_ok=True)
        now = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}"
        draft = os.path.join(self.folder, f"{stamp}-{self._head['run']}.{os.getpid()}")
        descriptor = os.open(draft, _CREATE, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(descriptor, _line({**self._head, "at": round(now, 3)}).encode())
            os.rename(draft, draft + RUNNING)
            sync_directory(self.folder)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor, self._lines, self.path = descriptor, 1, draft + RUNNING


def _line(record: Mapping[str, object]) -> str:
    from json import dumps

    return dumps(record, ensure_ascii=False) + "\n"


def _name(path: str) -> str:
    return os.path.basename(path).removesuffix(ENDED).removesuffix(RUNNING)


def _renamed_as_ended(path: str) -> str:
    ended = path.removesuffix(RUNNING) + ENDED
    with contextlib.suppress(OSError):
        os.rename(path, ended)
        return ended
    return path


class PastRun:
    """The journal of a run that is over, or was, or is not yet."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = _name(path)
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
        path = self.path
        if not os.path.exists(path):  # it has ended meanwhile
            path = path.removesuffix(RUNNING) + ENDED
        try:
            with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                for number, line in enumerate(file):
                    record = _record(line)
                    if record is not None:
                        yield number, record
        except FileNotFoundError:
            return  # it was old, and is forgotten


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
        os.write(self._descriptor, b"\n" + _line(record).encode("utf-8", "surrogateescape"))
        os.fdatasync(self._descriptor)

    def end(self) -> None:
        """The run is over, as far as it came."""
        self.write(end=round(time.time(), 3))
        _renamed_as_ended(self._path)

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
