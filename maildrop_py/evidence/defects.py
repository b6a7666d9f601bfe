"""defects: what mail-parser finds broken in a message, by name; a sign of spam programs.

mail-parser and the email package below it take time that mail can be made to
multiply, so that they see no message beyond the limits here, and are waited for
DEADLINE seconds, in a thread of their own. What they were not shown, or did not
judge in time, is unknown.
"""

from __future__ import annotations

from maildrop_py.message.defect_names import HEADERS, MIME
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.message import Message

MOST_BYTES = 1 << 20
MOST_HEADER_BYTES = 1 << 16
MOST_LEVELS = 10
MOST_PARTS = 100
DEADLINE = 5.0  # seconds

_NAMES = {theirs: ours for ours, theirs in (MIME | HEADERS).items()}
_GIVES_UP = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What mail-parser and the email package raise on mail that they cannot take."""


@record
class Defects:
    """The names of what is broken; in `unknown` the reason why nobody knows, or ""."""

    names: tuple[str, ...] = ()
    unknown: str = ""


def find(message: Message) -> Defects:
    """The defects of a message; raises OSError where its source does."""
    beyond = _limit_passed(message)
    if beyond:
        return Defects(unknown=beyond)
    return _in_thread(message.content())


def _limit_passed(message: Message) -> str:
    """Why mail-parser is not to see the message; "" if it may."""
    if message.size > MOST_BYTES:
        return f"the message has more than {MOST_BYTES} bytes"
    if len(message.headers.head) > MOST_HEADER_BYTES:
        return f"the header has more than {MOST_HEADER_BYTES} bytes"
    parts = message.parts
    if parts.levels > MOST_LEVELS:
        return f"there are more than {MOST_LEVELS} levels of parts"
    if parts.number > MOST_PARTS:
        return f"there are more than {MOST_PARTS} parts"
    return "; ".join(parts.cuts)


def _in_thread(content: bytes) -> Defects:
    from threading import Thread

    found: list[Defects] = []
    thread = Thread(target=lambda: found.append(_asked(content)), daemon=True)
    thread.start()
    thread.join(DEADLINE)
    return found[0] if found else Defects(unknown=f"mail-parser took more than {DEADLINE:g} s")


def _asked(content: bytes) -> Defects:
    import logging

    import mailparser

    logger = logging.getLogger("mailparser")
    if not logger.handlers:  # it logs what it finds odd; delivery must be silent
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    try:
        categories = mailparser.parse_from_bytes(content).defects_categories
    except (*_GIVES_UP, mailparser.exceptions.MailParserError) as error:
        return Defects(unknown=f"mail-parser gives up: {error}")
    return Defects(tuple(sorted(_NAMES[name] for name in categories if name in _NAMES)))
