"""import_sources: mail from elsewhere: mailbox files, Maildirs, directories of messages.

They are only read. What a mailbox file or a Maildir says about a message beside
the message itself (flags, keywords, the date of arrival) comes along. A mailbox
file in a directory of messages is read as many messages; a link there is not
followed.
"""

from __future__ import annotations

import os
from itertools import islice

from maildrop_py.errors import UsageError
from maildrop_py.intake.mbox import MboxSource, is_mbox, messages_of
from maildrop_py.intake.mbox_status import arrived_at, flags_of, is_internal
from maildrop_py.intake.message_files import NamedMessage, NoSource, messages_in
from maildrop_py.maildir.folder_listing import LINK
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.refile.maildir_messages import ListedMaildirs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.maildir.folder_listing import Report
    from maildrop_py.rules.language.settings import Settings

PIECE = 1 << 16  # bytes
_FIELDS = (
    *("From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "Received", "Return-Path"),
    *("Delivered-To", "Sender", "Reply-To", "Newsgroups", "Content-Type", "MIME-Version"),
)
"""Fields of which every message has at least one."""


def sources(
    mailboxes: tuple[str, ...], directories: tuple[str, ...], settings: Settings, report: Report
) -> Iterator[NamedMessage]:
    """The messages of mailbox files and of directories, which may be Maildirs.

    Raises OSError, and UsageError for a file that is not a mailbox file. `report`
    gets what is left out of a Maildir.
    """
    for path in mailboxes:
        if not is_mbox(path):
            raise UsageError(f"{path}: is not a mailbox file, it does not begin with a From line")
    walk = ListedMaildirs(settings, None, report)
    paths = (*mailboxes, *(os.path.abspath(path) for path in directories))
    return (message for named in messages_in(paths, walk) for message in _each_of(named))


def _each_of(named: NamedMessage) -> Iterator[NamedMessage]:
    """The messages, if it is a mailbox file in a directory of messages; else the one message."""
    source = named.message.source
    if not isinstance(source, FileSource) or named.message.file is not None:
        yield named
    elif os.path.islink(named.path):
        yield NamedMessage(named.path, Message(NoSource(named.path, LINK)))
    elif _has_many(named.path):
        for number, message in enumerate(messages_of(named.path), 1):
            yield NamedMessage(f"{named.path}#{number}", message)
    else:
        yield named


def _has_many(path: str) -> bool:
    """Whether it is a mailbox file of more than one message.

    Some programs begin every single message with a From line.
    """
    try:
        return is_mbox(path) and len(list(islice(messages_of(path), 2))) > 1
    except OSError:
        return False  # reading the message will say what is wrong


def pieces_of(message: Message) -> Iterator[bytes]:
    """The whole message, with its `From ` line on top if it has one."""
    source = message.source
    if isinstance(source, MboxSource):
        yield from source.pieces()
        return
    if not isinstance(source, FileSource):
        yield source.content()
        return
    with open(source.open(), "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def why_no_mail(message: Message) -> str:
    """Why a message is not imported, in words for many of its kind; "" if it is mail."""
    source, headers = message.source, message.headers
    if source.size == 0:
        return "they are empty"
    if is_internal(headers):
        return "they are the internal data of a mail program"
    is_file = isinstance(source, FileSource) and message.file is None
    if is_file and not any(headers.first(name) is not None for name in _FIELDS):
        return "they are not messages"
    return ""


def status_of(message: Message) -> tuple[str, tuple[str, ...]]:
    """The flag letters and keywords that the message has where it comes from."""
    if message.file is not None:
        return message.file.flags, message.file.keywords
    if isinstance(message.source, MboxSource):
        return flags_of(message.headers)
    return "", ()


def arrived(message: Message) -> float | None:
    """The INTERNALDATE of the message, in seconds since 1970; None if it is not known."""
    if message.file is not None:
        return message.file.mtime
    if isinstance(message.source, MboxSource):
        return arrived_at(message.headers.from_line)
    if isinstance(message.source, FileSource):
        return os.stat(message.source.path).st_mtime
    return None
