"""places: where a message went, as one of a few kinds that statistics are split by.

A folder is told by its name: what has the word Junk, Spam, Quarantine or the like in it is for
unwanted mail. A list about spam, such as `spamassassin-users`, is not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INBOX, FOLDER, JUNK, ELSEWHERE, DISCARDED, REJECTED = range(6)
KINDS = 6
_UNWANTED = {"junk", "junkmail", "spam", "quarantine", "virus"}
_JAPANESE = "迷惑", "スパム"
_WORD = re.compile(r"[^\W\d_]+")


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


def flow_names() -> tuple[str, ...]:
    """What Postfix does with messages, in the order of `maillog.traffic`."""
    return (
        text("received"),
        text("delivered"),
        text("deferred"),
        text("bounced"),
        text("rejected"),
    )


def connection_names() -> tuple[str, ...]:
    """What became of a connection, in the order of `maillog.connections`."""
    return text("brought mail"), text("gave up"), text("greylisted"), text("refused")


def policy_names() -> tuple[str, ...]:
    """What a client was told before the mail, in the order of `policy`."""
    return text("passed"), text("tarpit"), text("come again"), text("refused")


def colours() -> dict[str, int]:
    """The number of the colour of everything that has the same one in all pictures."""
    found = {name: at for at, name in enumerate(kind_names())}
    found |= {"INBOX": INBOX, "Junk": JUNK, text("(others)"): 4, text("received"): 6}
    found |= dict(zip(flow_names()[1:], (0, 2, 3, 5), strict=True))
    found |= dict(zip(connection_names(), (0, 4, 2, 5), strict=True))
    return found | dict(zip(policy_names(), (0, 3, 2, 5), strict=True))


def shown(name: str) -> str:
    """What is in brackets is ours, and in the reader's language; a folder or a rule is as it is."""
    return text(name) if name.startswith("(") else name


@lru_cache(maxsize=1000)
def folder_kind(folder: str) -> int:
    """INBOX, FOLDER or JUNK."""
    if folder == "INBOX":
        return INBOX
    lower = folder.lower()
    if any(word in lower for word in _JAPANESE):
        return JUNK
    return FOLDER if _UNWANTED.isdisjoint(_WORD.findall(lower)) else JUNK


def place_of(entry: dict[str, Any]) -> int:
    """Where the message of an entry of the delivery log went; of several folders the last."""
    folders = entry.get("folders")
    if folders:
        return folder_kind(str(folders[-1]))
    if entry.get("reject"):
        return REJECTED
    return ELSEWHERE if entry.get("actions") else DISCARDED
