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
        return run_name(self.path)

    def note(self, **record: object) -> int:
        """Note one thing to be done; returns the number of its line."""
        return self.note_line(as_line(record))

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
            self.path = rename_as_ended(self.path)
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
            os.ftruncate(self._descriptor, size)  # no half lines between whole ones
            raise

    def _create(self) -> None:
        """Make the file with its first line; nobody sees it without its lock."""
        os.makedirs(self.folder, 0o700, exist_ok=True)
        now = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03}"
        draft = os.path.join(self.folder, f"{stamp}-{self._head['run']}.{os.getpid()}")
        descriptor = os.open(draft, _CREATE, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            head = as_line({**self._head, "at": round(now, 3)}).encode()
            if os.write(descriptor, head) != len(head):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), draft)
            os.rename(draft, draft + RUNNING)
            sync_directory(self.folder)
        except OSError:
            os.close(descriptor)
            for path in (draft, draft + RUNNING):
                with contextlib.suppress(OSError):
                    os.unlink(path)
            raise
        self._descriptor, self._lines, self.path = descriptor, 1, draft + RUNNING


def as_line(record: Mapping[str, object]) -> str:
    """One line of a journal."""
    from json import dumps

    return dumps(record, ensure_ascii=False) + "\n"


def run_name(path: str) -> str:
    """What `undo` knows the run by whose journal is at `path`."""
    return os.path.basename(path).removesuffix(ENDED).removesuffix(RUNNING)


def rename_as_ended(path: str) -> str:
    """Say in the journal's name that its run has ended, if that can be; its path now."""
    ended = path.removesuffix(RUNNING) + ENDED
    with contextlib.suppress(OSError):
        os.rename(path, ended)
        return ended
    return path
