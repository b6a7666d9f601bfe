"""asking: the configured scanners asked about one message, in one budget, never an error.

What could not be asked is an Answer whose `unknown` says why.
"""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise

from maildrop_py.evidence.scanners.answer import About, Answer, NoAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.budget import Budget
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message

    Scanner = tuple[str, str, int]
    """Name, address ("" the program's own), and bytes of the largest message for it."""

FILTERS = ("spamd", "rspamd", "bogofilter")
"""Those that tell spam from ham, and can be taught."""

SCANNERS = (*FILTERS, "clamd")
_LONGEST_ID = 100  # characters


def ask(scanner: Scanner, message: Message, about: About, budget: Budget) -> Answer:
    """What one scanner says of `message`."""
    name, address, limit = scanner
    module = _module(name)
    limit = limit or module.LIMIT
    if message.size > limit:
        return Answer(name, unknown=f"larger than {limit} bytes")
    try:
        found: Answer = module.check(message.content(), about, address, budget)
    except NoAnswer as error:
        return Answer(name, unknown=str(error))
    return found


def teach(
    scanner: Scanner, message: Message, is_spam: bool | None, about: About, budget: Budget
) -> str:
    """Teach one filter; "" or why that failed."""
    name, address, limit = scanner
    module = _module(name)
    if message.size > (limit or module.LIMIT):
        return f"{name} was not taught: the message is too large"
    try:
        module.teach(message.content(), is_spam, about, address, budget)
    except NoAnswer as error:
        return f"{name} was not taught: {error}"
    return ""


def facts(message: Message, envelope: Envelope, border: Border) -> About:
    """What scanners are told beside the message."""
    return About(
        client=border.address.text if border.address else "",
        client_name=border.name or "",
        helo=border.helo or "",
        sender=border.sender or envelope.sender or "",
        recipient=envelope.recipient or "",
        user=envelope.user or "",
        queue_id=_queue_id(message),
    )


def _queue_id(message: Message) -> str:
    """The queue id in the topmost Received field, which the own server wrote."""
    for field in message.headers.all("Received")[:1]:
        words = field.value.partition(";")[0].split()
        for word, behind in pairwise(words):
            if word.lower() == "id":
                return behind[:_LONGEST_ID]
    return ""


def _module(name: str) -> Any:
    return import_module(f"maildrop_py.evidence.scanners.{name}")
