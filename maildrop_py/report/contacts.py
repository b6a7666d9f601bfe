"""contacts: what was learnt from sent mail, in words, and why nothing could be."""

from __future__ import annotations

import os

from maildrop_py.report.tables import counted
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.contact_sources import Learnt


def learnt_in_words(learnt: Learnt) -> str:
    """How much was read, how many contacts are new, and what could not be read."""
    messages, new = counted(learnt.messages, "new message"), counted(learnt.contacts, "new contact")
    words = text("{messages} read, {contacts}", messages=messages, contacts=new)
    if learnt.unreadable:
        number = counted(learnt.unreadable, "message")
        words += text(", {messages} not readable", messages=number)
    return words


def forgotten_in_words(contacts: int, others: int) -> str:
    """How many contacts were forgotten, and how many addresses were none."""
    gone = text("{contacts} forgotten", contacts=counted(contacts, "contact"))
    more = text(", {others} will never be learnt", others=counted(others, "other address"))
    return gone + (more if others else "")


def why_no_maildir(path: str, error: OSError) -> str:
    """Why the messages at `path` could not be listed."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) and os.path.exists(path):
        return text("is not a Maildir: it has no cur and new")
    return text(error.strerror or str(error))
