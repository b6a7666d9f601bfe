"""group_commit: syncs messages that arrive together in one group.

Syncing one message costs two journal commits, of its file and of its
directory. Messages that are complete while a sync is under way share the next:
their write-back is started first for all, then every file is synced (the first
waits for the disk, the others mostly find it done), all are published, and
each directory is synced once. So the more there is to do, the more
messages share the cost of a sync, and no message waits for others to come.

Where the disk is quick, one group is under way at a time, so that the next one grows
meanwhile: each group costs a sync of its directories and two switches of thread. Where it
is slow, several are: the file system commits them together, and no message waits for an
earlier group.

What is written while a group is synced changes blocks of inodes and of tmp/ that its syncs
then write again. So the messages of a group are written when it begins.

The message of a single client is synced in the loop's own thread, which saves two
switches of thread. With other clients connected a thread does it, so that they go on.

Guarantee: `publish` of a job is called only after all its files are synced,
`finish` only after all its directories are. An error reaches the job it belongs to
and no other.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import partial

from maildrop_py.lmtp.server.thread_pool import ThreadPool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from maildrop_py.lmtp.server.reactor import Reactor

    Outcome = tuple[list["Job"], list[Exception | None], dict[str, Exception]]

    class Job(Protocol):
        """One message's way from decided to delivered."""

        def begin(self) -> bool:
            """Write it, or nothing if that was done; whether it is to be committed.

            Called in the loop; must not raise.
            """

        def files(self) -> Sequence[int]:
            """Descriptors of what was written: their write-back is started for all together."""

        def sync(self) -> None:
            """Make what was written durable. May run in a thread, as `publish`."""

        def publish(self) -> Sequence[str]:
            """Make the message visible; the directories to be synced for that."""

        def finish(self, error: Exception | None, failed: dict[str, Exception]) -> None:
            """All is durable, except what is in the directories that `failed`.

            With `error`, from syncing a file or from `publish`, nothing is sure.
            Called in the loop; must not raise.
            """


QUICK = 0.01  # seconds for a group


class GroupCommit:
    """Collects jobs during a round of the reactor and commits them after it.

    `alone` says whether there is nobody else who would have to wait. `threads`
    groups can be under way at once on a slow disk.
    """

    def __init__(self, reactor: Reactor, alone: Callable[[], bool], threads: int = 4) -> None:
        self._reactor, self._alone = reactor, alone
        self._waiting: list[Job] = []
        self._busy = 0
        self._limit = threads
        self._quick = False  # whether the last group was
        self._began = 0.0  # when the last group began, a time.monotonic() value
        self._threads = ThreadPool(threads)
        reactor.rounds.append(self._start)

    def add(self, job: Job) -> None:
        """Commit `job` with the next group; its `begin` and `finish` are called in the loop."""
        self._waiting.append(job)

    def close(self) -> None:
        """Commit what is left and end the threads; the reactor runs no more."""
        self._threads.close()
        finish(commit(self._written()))

    def _start(self) -> bool:
        if not self._waiting or self._busy >= self._limit or self._is_worth_waiting_for():
            return False
        batch = self._written()
        if not (len(batch) == 1 and self._alone()) and self._left_to_thread(batch):
            return False
        finish(commit(batch))
        return bool(self._waiting)  # the client had sent the next message already

    def _written(self) -> list[Job]:
        """The jobs of the next group, written one right after the other."""
        batch, self._waiting = self._waiting, []
        return [job for job in batch if job.begin()]

    def _is_worth_waiting_for(self) -> bool:
        """Whether a group is under way that will have ended in a moment."""
        return bool(self._busy) and self._quick and time.monotonic() - self._began < QUICK

    def _left_to_thread(self, batch: list[Job]) -> bool:
        self._began = time.monotonic()
        try:
            self._threads.submit(self._commit, batch)
        except RuntimeError:  # no memory for threads: then everybody waits
            return False
        self._busy += 1
        return True

    def _commit(self, batch: list[Job]) -> None:
        began = time.monotonic()
        outcome = commit(batch)
        self._quick = time.monotonic() - began < QUICK
        self._reactor.soon(partial(self._done, outcome))

    def _done(self, outcome: Outcome) -> None:
        self._busy -= 1
        finish(outcome)


def commit(batch: list[Job]) -> Outcome:
    """Sync the files of a whole batch, publish it, sync the directories."""
    if len(batch) > 1:
        _start_writing([job.files() for job in batch])
    synced = [_error_of(job.sync) for job in batch]
    directories: dict[str, None] = {}
    errors = [
        error or _error_of(_publish, job, directories)
        for job, error in zip(batch, synced, strict=True)
    ]
    failed = {path: _error_of(_sync_directory, path) for path in directories}
    return batch, errors, {path: error for path, error in failed.items() if error}


def finish(outcome: Outcome) -> None:
    """Tell each job of a batch how its commit ended."""
    batch, errors, failed = outcome
    for job, error in zip(batch, errors, strict=True):
        job.finish(error, failed)


def _error_of(step: Callable[..., None], *arguments: object) -> Exception | None:
    """Run a step; what it raises belongs to its job, never to the whole batch."""
    try:
        step(*arguments)
    except Exception as error:  # noqa: BLE001
        return error
    return None


def _start_writing(files: list[Sequence[int]]) -> None:
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        return
    for fd in (fd for descriptors in files for fd in descriptors):
        with suppress(OSError):  # on Linux this starts write-back; fsync will tell of errors
            advise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def _publish(job: Job, directories: dict[str, None]) -> None:
    for path in job.publish():
        directories[path] = None


def _sync_directory(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
