"""watcher: find what arrives in directories of Maildirs, as long as it runs.

Directories are listed, and names that were not there before are passed to
`arrived`. Events (hints.py) say when to list, but only a listing is believed.
After every event each directory is listed whose modification time has changed;
it is listed once more a little later, because the clock of a file system may be
coarse. All of them are listed now and then without an event, more rarely the
longer nothing happens. So a lost event costs seconds, never a message.

A name that `arrived` returns is tried again after RETRY seconds. Names that stay
are remembered, about 100 bytes each, and not passed on again until forget() is
called.

Guarantee: when `arrived` returns, everything that was passed to it is finished,
so stop() never leaves a message half done.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection, Iterable

from maildrop_py.intake.hints import Hints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.intake.maildir_walk import WalkedFolder

PIECE = 500  # messages passed on together
SHORTEST, LONGEST = 0.25, 15.0  # seconds between listings without an event
WITHOUT_EVENTS = 0.5  # seconds between listings where the kernel sends no events
RETRY = 30.0  # seconds
_FINE, _COARSE = 0.05, 2.1  # seconds: how old a time stamp may be, where clocks are fine or not
_REMEMBERED = 20_000  # names passed on, to recognise late events about them

Arrived = Callable[["Directory", list[str]], Collection[str]]
"""Handles the messages with these names; returns the names to be tried again."""


class Directory:
    """new/ or cur/ of a folder, and what is known of it."""

    def __init__(self, folder: WalkedFolder, part: str) -> None:
        self.folder = folder
        self.part = part
        self.path = f"{folder.path}/{part}"
        self._stamp: tuple[int, int] | None = None
        self._look_again = 0.0
        self._seen: set[str] = set()
        self._gone: dict[str, None] = {}
        self._retry: dict[str, float] = {}

    def forget(self) -> None:
        """Everything that is there is new again."""
        self._stamp = None
        self._seen.clear()
        self._retry.clear()

    def is_due(self, now: float) -> bool:
        """Whether it has to be listed."""
        if self._look_again and now >= self._look_again:
            return True
        if any(now >= due for due in self._retry.values()):
            return True
        return _stamp(self.path) != self._stamp

    def next_look(self) -> float | None:
        """When it has to be listed in any case; a time.monotonic() value."""
        times = [*self._retry.values(), *([self._look_again] if self._look_again else [])]
        return min(times, default=None)

    def hinted(self, names: Iterable[str]) -> list[str]:
        """Those of the names that are there and new, found without a listing."""
        fresh = {name for name in names if name not in self._seen and name not in self._gone}
        return sorted(name for name in fresh if _is_message(f"{self.path}/{name}"))

    def fresh(self, now: float, hinted: Iterable[str]) -> list[str]:
        """List it; returns the names to be passed on, sorted.

        A name in `hinted` that is no longer there is among them, once: another
        program has moved it, and it can be found elsewhere in the folder.
        """
        stamp = _stamp(self.path)
        if stamp != self._stamp:
            coarse = stamp is not None and stamp[1] % 1_000_000_000 == 0
            self._look_again = now + (_COARSE if coarse else _FINE)
        else:
            self._look_again = 0.0
        self._stamp = stamp
        there = _names(self.path)
        self._seen &= there
        for name in [name for name, due in self._retry.items() if now >= due or name not in there]:
            del self._retry[name]
            self._seen.discard(name)
        passed = {name for name in hinted if name not in there and name not in self._gone}
        moved_on = {name for name in passed if not os.path.lexists(f"{self.path}/{name}")}
        return sorted((there - self._seen) | moved_on)

    def handled(self, names: Iterable[str], retry: Collection[str], now: float) -> None:
        """These names were passed on; those in `retry` have to be tried again."""
        self._seen.update(names)
        self._gone.update(dict.fromkeys(names))
        self._retry.update((name, now + RETRY) for name in retry)
        for name in list(self._gone)[: max(len(self._gone) - _REMEMBERED, 0)]:
            del self._gone[name]


class Watcher:
    """Runs until stop() is called.

    `directories` is called before every listing: what it returned before must be
    the same objects. `others` are watched for events only, such as the Maildir,
    where folders may be made. `polling`, if not None, is the time between listings
    in seconds, and no events are waited for.
    """

    def __init__(
        self,
        directories: Callable[[], list[Directory]],
        arrived: Arrived,
        others: Callable[[], list[str]],
        warn: Callable[[str], None],
        polling: float | None = None,
    ) -> None:
        self._directories = directories
        self._arrived = arrived
        self._others = others
        self._polling = polling
        self._hints = Hints()
        self._stopped = False
        self._warn = warn
        self._known: list[Directory] = []
        self._pause = SHORTEST
        self._longest = LONGEST

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Pass on what arrives; `ready` is called when everything is watched."""
        try:
            self._look(ready)
            while not self._stopped:
                self._hints.wait(self._wait_for())
                self._look()
        finally:
            self._hints.close()

    def stop(self) -> None:
        """Return from run() after what is being handled; for signal handlers."""
        self._stopped = True
        self._hints.wake()

    def wake(self) -> None:
        """List at once; for signal handlers."""
        self._pause = SHORTEST
        self._hints.wake()

    def _look(self, ready: Callable[[], None] = lambda: None) -> None:
        self._known = self._directories()
        self._follow()
        ready()
        hinted = self._hinted()
        busy = False
        for directory in self._known:
            names = hinted.get(directory.path, ())
            if names or directory.is_due(time.monotonic()):
                busy |= self._pass_on(directory, names)
        self._pause = SHORTEST if busy else min(self._pause * 2, self._longest)

    def _pass_on(self, directory: Directory, hinted: Collection[str]) -> bool:
        self._handle(directory, directory.hinted(hinted))
        names = directory.fresh(time.monotonic(), hinted)
        self._handle(directory, names)
        return bool(names or hinted)

    def _handle(self, directory: Directory, names: list[str]) -> None:
        for start in range(0, len(names), PIECE):
            if self._stopped:
                return
            piece = names[start : start + PIECE]
            directory.handled(piece, self._arrived(directory, piece), time.monotonic())

    def _follow(self) -> None:
        if self._polling is not None:
            return
        failed = self._hints.follow([*(each.path for each in self._known), *self._others()])
        if any(os.path.isdir(path) for path in failed) and self._longest != WITHOUT_EVENTS:
            self._longest = WITHOUT_EVENTS
            self._warn(
                f"no events for {len(failed)} directories: listed every {WITHOUT_EVENTS:g} s"
            )

    def _hinted(self) -> dict[str, list[str]]:
        hinted: dict[str, list[str]] = {}
        for path in self._hints.names():
            directory, _, name = path.rpartition("/")
            hinted.setdefault(directory, []).append(name)
        return hinted

    def _wait_for(self) -> float:
        pause = self._pause if self._polling is None else self._polling
        due = [look for each in self._known if (look := each.next_look()) is not None]
        return min([pause, *(max(look - time.monotonic(), 0) for look in due)])


def _stamp(path: str) -> tuple[int, int] | None:
    """Inode and modification time. It is opened, because NFS asks the server then."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return found.st_ino, found.st_mtime_ns


def _names(path: str) -> set[str]:
    try:
        with os.scandir(path) as entries:
            return {
                entry.name
                for entry in entries
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
            }
    except OSError:
        return set()


def _is_message(path: str) -> bool:
    """Whether _names() would have it: not a link, not a pipe, no dot at the beginning."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and not os.path.basename(path).startswith(".")
