"""attachments: the attached files of a message, in words and for the log.

They are what our own reader found, which is what rules see. A size is in bytes as they
are in the message: base64 makes them a third more than the file has.
"""

from __future__ import annotations

from maildrop_py.report.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.message.parts import Attachment

MOST = 100  # that are shown


def attachment_lines(attachments: Iterable[Attachment]) -> Iterator[str]:
    """One line for each, `attachment: ` in front."""
    found = [*attachments]
    for each in found[:MOST]:
        yield f"attachment: {in_words(each.name, each.type, each.size)}"
    if len(found) > MOST:
        yield f"and {len(found) - MOST} attachments more"


def in_words(name: str, type_: str, size: int) -> str:
    """`report.pdf (application/pdf, 1200 bytes)`."""
    return visible(f"{name or 'without a name'} ({type_}, {size} bytes)")
