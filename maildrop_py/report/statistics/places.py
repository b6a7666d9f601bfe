"""places: where a message went, as one of a few kinds that statistics are split by.

A folder is told by its name: what is called Junk, Spam, Quarantine or the like is for
unwanted mail, whatever stands before or behind it.
"""

from __future__ import annotations

from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INBOX, FOLDER, JUNK, ELSEWHERE, DISCARDED, REJECTED = range(6)
KINDS = 6
_UNWANTED = ("junk", "spam", "quarantine", "virus", "迷惑")


def kind_names() -> tuple[str, ...]:
    """The names of the kinds, in their order."""
    return (
        text("INBOX"),
        text("other folders"),
        text("Junk"),
        text("programs, forwards"),
        text("discarded"),
        text("rejected"),
    )


def folder_kind(folder: str) -> int:
    """INBOX, FOLDER or JUNK."""
    if folder == "INBOX":
        return INBOX
    lower = folder.lower()
    return JUNK if any(word in lower for word in _UNWANTED) else FOLDER


def place_of(entry: dict[str, Any]) -> int:
    """Where the message of an entry of the delivery log went; of several folders the last."""
    folders = entry.get("folders")
    if folders:
        return folder_kind(str(folders[-1]))
    if entry.get("reject"):
        return REJECTED
    return ELSEWHERE if entry.get("actions") else DISCARDED
