"""journal: what a refile, watch or undo is about to do, written and synced before it is done.

One file for each run, one JSON object on each line, paths relative to the Maildir:

    {"run": "refile", "maildir": "/home/anna/Maildir", "at": 1700000000.1, …}
    {"do": "move", "from": "cur/…:2,S", "to": ".Lists.foo/cur/…:2,S", "rule": "lists"}
    {"done": 2, "not": [1]}
    {"end": 1700000000.9}

`done` says that the lines above it, counted from 0, were carried out, except
those in `not`. So a run that was killed leaves at most the lines behind its last
`done` in doubt (recovery.py settles them). The process of a run has a lock on
its file as long as it lives, and the file's name says whether the run has ended.

Guarantee: when sync() returns, every line is on the disk. Only its owner can
read the file. File names that are not UTF-8 are in it byte for byte.

Reports: OSError from add() and sync(). done() and end() never raise it, because
what they write can be found out again.

Known limit: the lock is flock(2), which old network file systems do not share
between machines: keep the state directory on a local disk.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from json.encoder import encode_basestring as quoted

from maildrop_py.maildir.sync import sync_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    Record = dict[str, Any]

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
RUNNING, ENDED = ".running", ".jsonl"  # how a journal's name ends


class Journal:
    """The journal of the run that is going on; its file is made with its first line.

    `directory` is where journals are kept, `run` the command's name, `about` what
    else the first line says.
    """

    def __init__(self, directory: str, run: str, maildir: str, about: Mapping[str, object]) -> None:
        self.directory = directory
        self.path = ""
        self._head: dict[str, object] = {"run": run, "maildir": maildir, **about}
        self._descriptor = -1
        self._lines = 0
        self._pending: list[str] = []

    @property
    def name(self) -> str:
        """The name by which `undo` knows the run; "" if it has done nothing."""
        return run_name(self.path)

    def add(self, **record: object) -> int:
        """Add one thing that is to be done; returns the number of its line."""
        return self._add_line(as_line(record))

    def add_step(self, do: str, source: str, target: str, rule: str | None) -> int:
        """add() of the most frequent kind of record, at a tenth of the cost."""
        by = "null" if rule is None else quoted(rule)
        return self._add_line(
            f'{{"do": "{do}", "from": {quoted(source)}, "to": {quoted(target)}, "rule": {by}}}\n'
        )

    def _add_line(self, line: str) -> int:
        if self._descriptor < 0:
            self._create()
        self._pending.append(line)
        self._lines += 1
        return self._lines - 1

    def sync(self) -> None:
        """Write the lines that were added, durably: all of them or, with an OSError, none."""
        self._write(os.fdatasync)

    def done(self, failed: Iterable[int]) -> None:
        """Everything in the journal has been done, except the lines `failed`."""
        if self._descriptor >= 0:
            self._add_quietly({"done": self._lines, "not": sorted(failed)})

    def end(self) -> None:
        """The run is over."""
        if self._descriptor >= 0:
            self._add_quietly({"end": round(time.time(), 3)})
            self.path = rename_as_ended(self.path)
            self.close()

    def close(self) -> None:
        """Give up the lock, as the end of the process would."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _add_quietly(self, record: Record) -> None:
        with contextlib.suppress(OSError):
            self.add(**record)
            self._write()

    def _write(self, finish: Callable[[int], object] | None = None) -> None:
        lines = len(self._pending)
        data = "".join(self._pending).encode("utf-8", "surrogateescape")
        self._pending.clear()
        try:
            self._append(data, finish)
        except OSError:
            self._lines -= lines
            raise

    def _append(self, data: bytes, finish: Callable[[int], object] | None) -> None:
        size = os.fstat(self._descriptor).st_size
        try:
            if os.write(self._descriptor, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
            if finish is not None:
                finish(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, size)  # no half line may stay between whole ones
            raise

    def _create(self) -> None:
        """Make the file with its first line; nobody sees it before it is locked."""
        os.makedirs(self.directory, 0o700, exist_ok=True)
        now = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}"
        temporary = os.path.join(self.directory, f"{stamp}-{self._head['run']}.{os.getpid()}")
        descriptor = os.open(temporary, _CREATE, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            head = as_line({**self._head, "at": round(now, 3)}).encode()
            if os.write(descriptor, head) != len(head):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), temporary)
            os.rename(temporary, temporary + RUNNING)
            sync_directory(self.directory)
        except OSError:
            os.close(descriptor)
            for path in (temporary, temporary + RUNNING):
                with contextlib.suppress(OSError):
                    os.unlink(path)
            raise
        self._descriptor, self._lines, self.path = descriptor, 1, temporary + RUNNING


def as_line(record: Mapping[str, object]) -> str:
    """One line of a journal."""
    from json import dumps

    return dumps(record, ensure_ascii=False) + "\n"


def run_name(path: str) -> str:
    """The name by which `undo` knows the run whose journal is at `path`."""
    return os.path.basename(path).removesuffix(ENDED).removesuffix(RUNNING)


def rename_as_ended(path: str) -> str:
    """Let the name of a journal say that its run has ended, if possible; its path now."""
    ended = path.removesuffix(RUNNING) + ENDED
    with contextlib.suppress(OSError):
        os.rename(path, ended)
        return ended
    return path
