"""import_sources: mail from elsewhere: mailbox files, Maildirs, folders of messages.

The places are only read. What a mailbox file or a Maildir says of a message
beside the message itself (flags, keywords, the date of arrival) comes along.
A mailbox file in a folder of messages is taken apart; a link there is not
followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

import click

from maildrop_py.intake.mbox import MboxSource, is_mbox, messages_of
from maildrop_py.intake.mbox_status import arrived_at, flags_of
from maildrop_py.intake.message_files import Found, NoSource, messages_in
from maildrop_py.maildir.folder_listing import LINK
from maildrop_py.message.message import FileSource, Message
from maildrop_py.refile.maildir_messages import walk_of
from maildrop_py.rules.language.settings import Settings

PIECE = 1 << 16  # bytes


def sources(
    mailboxes: tuple[str, ...], folders: tuple[str, ...], settings: Settings
) -> Iterator[Found]:
    """The messages of mailbox files and of folders, Maildirs among them; raises OSError."""
    for path in mailboxes:
        if not is_mbox(path):
            raise click.ClickException(f"{path}: is no mailbox file, it begins with no From line")
    walk = walk_of(settings, (), True)
    found = messages_in((*mailboxes, *(os.path.abspath(path) for path in folders)), walk)
    return (message for each in found for message in _each_of(each))


def _each_of(found: Found) -> Iterator[Found]:
    """The messages of a mailbox file that lies in a folder of messages; else the one message."""
    source = found.message.source
    if not isinstance(source, FileSource) or found.message.filed is not None:
        yield found
    elif os.path.islink(source.path):
        yield Found(found.path, Message(NoSource(source.path, LINK)))
    elif _has_many(source.path):
        for number, message in enumerate(messages_of(source.path), 1):
            yield Found(f"{source.path}#{number}", message)
    else:
        yield found


def _has_many(path: str) -> bool:
    """Whether the file is a mailbox file of more than one message; some programs begin any
    message with a From line."""
    try:
        return is_mbox(path) and len(list(islice(messages_of(path), 2))) > 1
    except OSError:
        return False  # reading the message will say what is wrong


def pieces_of(message: Message) -> Iterator[bytes]:
    """The whole message, a `From ` line on top if it has one."""
    source = message.source
    if isinstance(source, MboxSource):
        yield from source.pieces()
        return
    path = getattr(source, "path", None)
    if path is None:
        yield source.content()
        return
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def status_of(message: Message) -> tuple[str, tuple[str, ...]]:
    """The flag letters and keywords that it has where it comes from."""
    if message.filed is not None:
        return message.filed.flags, message.filed.keywords
    if isinstance(message.source, MboxSource):
        return flags_of(message.headers)
    return "", ()


def arrived(message: Message) -> float | None:
    """Its INTERNALDATE, in seconds since 1970; None if that is not known."""
    if message.filed is not None:
        return message.filed.mtime
    if isinstance(message.source, MboxSource):
        return arrived_at(message.headers.from_line)
    path = getattr(message.source, "path", None)
    return os.stat(path).st_mtime if path is not None else None
