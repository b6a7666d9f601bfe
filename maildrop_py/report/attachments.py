"""attachments: the attached files of a message, in words and for the log.

They are what our own reader found, which is what rules see. A size is in bytes as they
are in the message: base64 makes them a third more than the file has.
"""

from __future__ import annotations

from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.report.visible import visible
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from maildrop_py.message.parts import Attachment

MOST = 100  # that are shown


def attachment_lines(attachments: Iterable[Attachment]) -> Iterator[str]:
    """One line for each, `attachment: ` in front."""
    found = [*attachments]
    for each in found[:MOST]:
        yield text("attachment: {file}", file=in_words(each.name, each.type, each.size))
    if len(found) > MOST:
        yield text("and {number} attachments more", number=len(found) - MOST)


def in_words(name: str, type_: str, size: int) -> str:
    """`report.pdf (application/pdf, 1200 bytes)`."""
    name = name or text("without a name")
    return visible(text("{name} ({type}, {number} bytes)", name=name, type=type_, number=size))


def add_attachments(entry: dict[str, Any], complain: Callable[[str, str], None]) -> None:
    """Put into an entry of the log what is attached to its message, if the file is where it was."""
    for path in entry.get("paths", ()):
        try:
            found = Message(FileSource(path)).parts.attachments
        except OSError as error:
            complain(path, error.strerror or str(error))
            continue
        entry["attachments"] = [{"name": it.name, "type": it.type, "size": it.size} for it in found]
        return
