"""message_files: messages named on a command line, whatever kind of place they are in.

A file is a message, or many if it is an mbox; a folder is a Maildir if it has
cur/ and new/, else a folder of messages, looked through to its depth; `-` is
standard input. Messages are opened one at a time, and no further read than
they are asked for.

What lies in a folder and is no regular file (a named pipe, which would be waited
for, or a link to a folder) is given out as a message that cannot be read:
OSError says why.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator

from maildrop_py.intake.maildir_walk import MaildirWalk
from maildrop_py.message.message import BytesSource, FileSource, Message

STANDARD_INPUT = "-"
Walk = Callable[[str], MaildirWalk]
"""Lists the messages of a Maildir."""


class Found:
    """A message, and the path or `path#number` it is known by."""

    __slots__ = ("message", "path")

    def __init__(self, path: str, message: Message) -> None:
        self.path = path
        self.message = message


def messages_in(paths: Iterable[str], walk: Walk) -> Iterator[Found]:
    """The messages at `paths` in order, Maildirs by `walk`; raises OSError for a bad path."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield Found(path, Message(BytesSource(sys.stdin.buffer.read())))
        elif is_maildir(path):
            yield from map(as_found, walk(path))
        elif os.path.isdir(path):
            yield from _in_folder(path)
        else:
            yield from _in_file(path)


def is_maildir(path: str) -> bool:
    """Whether `path` is a Maildir or one folder of one."""
    return os.path.isdir(os.path.join(path, "cur")) and os.path.isdir(os.path.join(path, "new"))


def count_in(paths: Iterable[str], walk: Walk) -> int | None:
    """How many files lie below `paths`, None if one is no folder: for progress bars."""
    total = 0
    for path in paths:
        if is_maildir(path):
            total += walk(path).total
        elif os.path.isdir(path):
            total += sum(len(files) for _, _, files in os.walk(path))
        else:
            return None
    return total


def as_found(message: Message) -> Found:
    """A message of a Maildir."""
    assert message.filed is not None
    return Found(message.filed.path, message)


def _in_folder(path: str) -> Iterator[Found]:
    for folder, inner, files in os.walk(path):
        inner.sort()
        links = [name for name in inner if os.path.islink(os.path.join(folder, name))]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                place = os.path.join(folder, name)
                yield Found(place, Message(_source(place)))


def _source(place: str) -> FileSource | NoSource:
    try:
        mode = os.stat(place).st_mode
    except OSError:
        return FileSource(place)  # reading it will say so
    if stat.S_ISREG(mode):
        return FileSource(place)
    if stat.S_ISDIR(mode):
        return NoSource(place, "is a link to a folder, not followed")
    return NoSource(place, "is no regular file")


class NoSource:
    """What is no message: a Source of nothing but OSError."""

    __slots__ = ("_path", "_why")

    def __init__(self, path: str, why: str) -> None:
        self._path = path
        self._why = why

    @property
    def size(self) -> int:
        raise self._error()

    def head(self) -> bytes:
        raise self._error()

    def content(self, most: int | None = None) -> bytes:
        raise self._error()

    def _error(self) -> OSError:
        return OSError(errno.EINVAL, self._why, self._path)


def _in_file(path: str) -> Iterator[Found]:
    from maildrop_py.intake.mbox import is_mbox, messages_of

    if not is_mbox(path):
        yield Found(path, Message(FileSource(path)))
        return
    for number, message in enumerate(messages_of(path), 1):
        yield Found(f"{path}#{number}", message)
