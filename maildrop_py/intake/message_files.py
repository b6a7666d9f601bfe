"""message_files: the messages that a command line names: files, directories, Maildirs.

A file is a message, or many messages if it is a mailbox file. A directory is a
Maildir if it has cur/ and new/, else a directory of messages, with all that are
below it. `-` is standard input. Messages are opened one at a time, and no more is
read than is asked for.

What is in a directory and is not a regular file (a named pipe, which would be
waited for, or a link to a directory) is returned as a message that cannot be
read: OSError says why.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator

from maildrop_py.intake.maildir_source import MaildirSource
from maildrop_py.intake.maildir_walk import MaildirWalk
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource

STANDARD_INPUT = "-"
Walk = Callable[[str], MaildirWalk]
"""Lists the messages of a Maildir."""


class NamedMessage:
    """A message, and what it is called: its `path`, or `path#number` in a mailbox file."""

    __slots__ = ("message", "path")

    def __init__(self, path: str, message: Message) -> None:
        self.path = path
        self.message = message


def messages_in(paths: Iterable[str], walk: Walk) -> Iterator[NamedMessage]:
    """The messages at `paths` in order; `walk` lists Maildirs. Raises OSError for a bad path."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield NamedMessage(path, Message(BytesSource(sys.stdin.buffer.read())))
        elif is_maildir(path):
            yield from map(named_message, walk(path))
        elif os.path.isdir(path):
            yield from _in_directory(path)
        else:
            yield from _in_file(path)


def is_maildir(path: str) -> bool:
    """Whether `path` is a Maildir or one folder of one."""
    return os.path.isdir(os.path.join(path, "cur")) and os.path.isdir(os.path.join(path, "new"))


def count_in(paths: Iterable[str], walk: Walk) -> int | None:
    """How many files are below `paths`, for progress bars; None if one is not a directory."""
    total = 0
    for path in paths:
        if is_maildir(path):
            total += walk(path).total
        elif os.path.isdir(path):
            total += sum(len(files) for _, _, files in os.walk(path))
        else:
            return None
    return total


def named_message(message: Message) -> NamedMessage:
    """A message of a Maildir."""
    assert message.file is not None
    return NamedMessage(message.file.path, message)


def _in_directory(path: str) -> Iterator[NamedMessage]:
    for directory, inner, files in os.walk(path):
        inner.sort()
        links = [name for name in inner if os.path.islink(os.path.join(directory, name))]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                file = os.path.join(directory, name)
                yield NamedMessage(file, Message(_source(file)))


def _source(path: str) -> MaildirSource | NoSource:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return MaildirSource(os.path.realpath(path))  # reading it will say what is wrong
    if stat.S_ISREG(mode):
        return MaildirSource(os.path.realpath(path))
    if stat.S_ISDIR(mode):
        return NoSource(path, "is a link to a directory, not followed")
    return NoSource(path, "is not a regular file")


class NoSource:
    """Something that is not a message: a Source whose every method raises OSError."""

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


def _in_file(path: str) -> Iterator[NamedMessage]:
    from maildrop_py.intake.mbox import is_mbox, messages_of

    if not is_mbox(path):
        yield NamedMessage(path, Message(MaildirSource(os.path.realpath(path))))
        return
    for number, message in enumerate(messages_of(path), 1):
        yield NamedMessage(f"{path}#{number}", message)
