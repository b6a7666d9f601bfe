"""hints: watchdog's events, used as a reason to list a directory and nothing more.

An event says that something may have arrived in a directory, and where. Events
can be lost (the kernel's queue overflows, a network file system sends none) or
come late. So whoever waits here lists the directories after every event, and
now and then without one.

Only arrivals are watched for. Watchdog delays whatever follows a file's removal
by half a second, to find out where the file went, and every message that we file
is such a removal. So the kernel is not asked for removals.

Guarantee: wake() may be called from signal handlers and other threads. Reports:
follow() returns the directories for which events are not possible (a limit of
inotify, a directory that is gone).
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver, ObservedWatch

MOST_NAMES = 10_000
"""If there are more file names, the rest is dropped: a listing finds them."""

Identity = tuple[int, int]


class Hints:
    """Follows directories, and waits for something to happen in them."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._awake = False
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._removed: set[str] = set()
        self._observer: BaseObserver | None = None
        self._watches: dict[str, tuple[Identity, ObservedWatch]] = {}

    def close(self) -> None:
        """Stop following everything."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        os.close(self._reader)
        os.close(self._writer)

    def wake(self) -> None:
        """End the wait."""
        if not self._awake:
            self._awake = True
            os.write(self._writer, b"!")

    def wait(self, seconds: float) -> bool:
        """Wait until something happens, at most so many seconds; whether something did."""
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        poll.poll(max(seconds, 0) * 1000)
        woken, self._awake = self._awake, False
        try:
            os.read(self._reader, 64)
        except BlockingIOError:
            return woken
        return True

    def names(self) -> list[str]:
        """The paths of files that events were about since the last call."""
        with self._lock:
            names, self._names = self._names, []
        return names

    def follow(self, directories: Iterable[str]) -> list[str]:
        """Follow these directories and no others; returns those that cannot be followed."""
        with self._lock:
            removed, self._removed = self._removed, set()
        wanted = {path: _identity(path) for path in directories}
        for path, (identity, watch) in list(self._watches.items()):
            if wanted.get(path) != identity or path in removed:
                del self._watches[path]
                self._unschedule(watch)
        return [path for path, identity in wanted.items() if not self._schedule(path, identity)]

    def _schedule(self, path: str, identity: Identity | None) -> bool:
        if path in self._watches:
            return True
        if identity is None:
            return False
        try:
            watch = self._started().schedule(self, path)  # type: ignore[arg-type]
        except OSError:
            return False
        self._watches[path] = (identity, watch)
        return True

    def _unschedule(self, watch: ObservedWatch) -> None:
        try:
            self._started().unschedule(watch)
        except (KeyError, OSError):
            return  # it was removed with its directory

    def _started(self) -> BaseObserver:
        if self._observer is None:
            self._observer = _observer()
            self._observer.start()
        return self._observer

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by watchdog, in a thread of its own."""
        path = os.fsdecode(event.dest_path or event.src_path)
        with self._lock:
            if event.is_directory:
                if event.event_type == "deleted":  # if it is made again it may get the same inode
                    self._removed.add(path)
            elif len(self._names) < MOST_NAMES:
                self._names.append(path)
        self.wake()


def _identity(path: str) -> Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _observer() -> BaseObserver:
    from watchdog.observers.api import BaseObserver

    try:
        from watchdog.observers.inotify import InotifyEmitter
        from watchdog.observers.inotify_c import InotifyConstants
    except ImportError:  # not Linux
        from watchdog.observers import Observer

        return Observer()

    class Arrivals(InotifyEmitter):
        """Asks the kernel for arrivals only, see the docstring of the module."""

        def get_event_mask_from_filter(self) -> int:  # type: ignore[override]
            wanted = InotifyConstants
            return wanted.IN_CREATE | wanted.IN_MOVED_TO | wanted.IN_DELETE_SELF

    return BaseObserver(Arrivals)
