"""system_log: one line to syslog for each message, and one for each warning.

Guarantee: whatever a message says, it can neither forge a field of the line nor
push one out of it. Our own words come first, then what the mail server said, at last the
message's own words; each is in quotes, with `"` and `\\` escaped, and has a limit of
its own, all of which together are less than what syslog keeps of a line.
"""

from __future__ import annotations

import os
import sys
import time

from maildrop_py.paths import PROGRAM
from maildrop_py.report.log_entry import cut, message_id_of
from maildrop_py.report.wording import sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.report.log_entry import Event

LONGEST = 900  # characters; a line of syslog may have 1024 bytes (RFC 3164 4.1)
PLACE = "/dev/log"  # where syslog(3) of Linux finds who takes lines
AGAIN = 1.0  # seconds after which a server looks there again
_seen = (float("-inf"), True)  # when, and whether somebody took lines


def is_there() -> bool:
    """Whether anybody takes lines: without that it is no use to write any."""
    global _seen
    now = time.monotonic()
    if now - _seen[0] > AGAIN:
        _seen = now, sys.platform != "linux" or os.path.exists(PLACE)
    return _seen[1]


def log_event(event: Event) -> None:
    """Log what was done, or in which way it failed."""
    if not is_there():
        return
    failed = bool(event.error)
    write([f"{warning}{_which(event)}" for warning in event.warnings], failed=True)
    write([line_of(event)], failed)


def line_of(event: Event) -> str:
    """The line; each field is `name="text"`."""
    return " ".join((event.result, *_fields(event)))


def _which(event: Event) -> str:
    """What message a warning is about; other processes' lines may stand between."""
    message_id = message_id_of(event.message)
    return f" {_field('message-id', message_id, 100)}" if message_id else ""


def write(lines: list[str], failed: bool) -> None:
    """Lines to syslog: as warnings where something `failed`."""
    import syslog

    syslog.openlog(PROGRAM, syslog.LOG_PID, syslog.LOG_MAIL)
    for line in lines:
        syslog.syslog(
            syslog.LOG_WARNING if failed else syslog.LOG_INFO, _printable(cut(line, LONGEST))
        )


def _fields(event: Event) -> Iterator[str]:
    decision, envelope, message = event.decision, event.envelope, event.message
    if event.error:
        yield _field("error", event.error, 300)
    if decision is not None:
        yield _field("rule", decision.rule or "", 60)
        yield _field("did", sentence(decision), 160)
    if envelope is not None:
        yield _field("to", envelope.recipient or "", 80)
        yield _field("from", envelope.sender or "", 80)
    if message is not None:
        yield _field("message-id", message_id_of(message), 100)
        yield _field("subject", message.headers.first("Subject") or "", 60)


def _field(name: str, text: str, most: int) -> str:
    text = _printable(cut(text, most)).replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{text}"'


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "?" for char in text)
