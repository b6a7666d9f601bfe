"""places: what the original left on the disk of its sandbox, message by message.

Guarantee: each file that is new in a Maildir, an MH folder or an mbox file since the last
look is one filing, seen once. A directory is only listed where it changed: its time of
change is set back after each look, so that a change within the clock's tick is seen too.

mbox files are emptied, not removed, and were last read long ago: where a file is new, or
was read this second, procmail waits a second for the sake of mail readers.
"""

from __future__ import annotations

import os
import re

from maildrop_py.convert.proof.effects import FILE, Effect

_LOOKED_AT = (1_000_000_000, 1_000_000_000)  # nanoseconds: the time of access and of change
_READ = (1_000_000_000, 2_000_000_000)
_MBOX_LINE = re.compile(rb"(?:\A|\n\n)From [^\n]*\n")


class Places:
    """Directories `tops` and what is below them; `mailboxes` are paths of mbox files.

    What is there already is nobody's filing.
    """

    def __init__(self, tops: list[str], mailboxes: frozenset[str]) -> None:
        self._has_moved = False  # a file, while they were looked through
        self._directories: set[str] = set()
        self._kept: set[str] = set()
        self._mailboxes = {path for path in mailboxes if not os.path.isdir(path)}
        for path in self._mailboxes:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        self._mailboxes = {path for path in self._mailboxes if not os.path.isdir(path)}
        for path in self._mailboxes:
            _empty(path)
        for top in tops:
            if os.path.isdir(top):
                self._enter(top)
        self.filed()

    def filed(self, named: tuple[str, ...] = ()) -> list[Effect]:
        """What was filed since the last look; it is taken away.

        `named` are the ends of paths of files that are mbox files if they are new.
        """
        found = []
        self._named, self._has_moved = named, False
        for path in list(self._mailboxes):
            if _size(path):
                found += [Effect(FILE, path, one) for one in _messages(path)]
                _empty(path)
        for directory in list(self._directories):
            if self._has_changed(directory):
                found += self._in(directory)
        return found + self.filed(named) if self._has_moved else found

    def _has_changed(self, directory: str) -> bool:
        try:
            return os.stat(directory).st_mtime_ns != _LOOKED_AT[1]
        except OSError:
            self._directories.discard(directory)
            return False

    def _in(self, directory: str) -> list[Effect]:
        found = []
        for entry in list(os.scandir(directory)):
            if entry.is_dir(follow_symlinks=False):
                if entry.path not in self._directories:
                    self._directories.add(entry.path)
                    found += self._in(entry.path)
            elif entry.path not in self._kept:
                found += self._file(directory, entry)
        os.utime(directory, ns=_LOOKED_AT)
        return found

    def _file(self, directory: str, entry: os.DirEntry[str]) -> list[Effect]:
        name = entry.name
        if name.endswith(".lock"):  # of a run that was ended: the next would wait for it
            os.unlink(entry.path)
            return []
        is_maildir = os.path.basename(directory) in ("new", "cur")
        if entry.path in self._mailboxes:
            return []
        if not is_maildir and not name.startswith("msg.") and not name.isdigit():
            return self._own(entry.path)
        try:
            with open(entry.path, "rb") as file:
                content = file.read()
            os.unlink(entry.path)
        except FileNotFoundError:  # a program that nobody waited for moves it: look again
            self._has_moved = True
            return []
        return [
            Effect(FILE, os.path.dirname(directory) + "/" if is_maildir else directory, content)
        ]

    def _own(self, path: str) -> list[Effect]:
        """What is in a file that is no message by its name: an mbox file that mail named?"""
        if not path.endswith(self._named):
            return []
        self._mailboxes.add(path)
        found = [Effect(FILE, path, one) for one in _messages(path)]
        _empty(path)
        return found

    def _enter(self, top: str) -> None:
        for directory, _, names in os.walk(top):
            self._directories.add(directory)
            self._kept.update(os.path.join(directory, name) for name in names)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _empty(path: str) -> None:
    open(path, "wb").close()
    os.utime(path, ns=_READ)


def _messages(path: str) -> list[bytes]:
    """The messages of an mbox file, with their `From ` lines."""
    with open(path, "rb") as file:
        content = file.read()
    starts = [at.start() + 2 * at[0].startswith(b"\n") for at in _MBOX_LINE.finditer(content)]
    starts = [0, *(start for start in starts if start)]
    return [content[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
