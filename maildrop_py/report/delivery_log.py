"""delivery_log: what was delivered where, and why: one line to syslog, one of JSON.

A log that cannot be written is no reason to refuse a message that is already
delivered: nothing is raised here. The JSON lines are what `stats` reads.
"""

from __future__ import annotations

import os
import time
from errno import EPERM

from maildrop_py.decision.decision import Filing, Forward
from maildrop_py.report.json_line import json_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.decision.decision import Action, Decision
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message

# A FIFO that nobody reads is an error and no reason to wait.
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def log_delivery(
    place: str | None,
    envelope: Envelope,
    message: Message,
    decision: Decision,
    paths: Sequence[str],
    warnings: Sequence[str],
    now: float,
) -> None:
    """Log one delivery; `place` is the file of JSON lines, None for none."""
    message_id = (message.headers.first("Message-ID") or "").strip()
    done = [_in_words(action) for action in decision.actions]
    if decision.reject is not None:
        done.append(f"rejected: {decision.reject}")
    did = ", ".join(done) or "discarded"
    rule = decision.rule or "no rule"
    _to_syslog(
        f"message-id={message_id} from=<{envelope.sender or ''}> to=<{envelope.recipient or ''}> "
        f"size={message.size} rule={rule!r} {did}",
        warnings,
    )
    if place is not None:
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "message_id": message_id,
            "sender": envelope.sender,
            "recipient": envelope.recipient,
            "size": message.size,
            "rule": decision.rule,
            "actions": [_in_words(action) for action in decision.actions],
            "folders": [filing.folder for filing in decision.filings],
            "reject": decision.reject,
            "score": decision.score,
            "reasons": [f"{reason.rule}: {reason.because}" for reason in decision.reasons],
            "paths": list(paths),
            "warnings": list(warnings),
        }
        _append(place, json_line(entry))


def log_failure(envelope: Envelope, error: Exception, warnings: Sequence[str]) -> None:
    """Log why a message was not delivered."""
    _to_syslog(
        f"from=<{envelope.sender or ''}> to=<{envelope.recipient or ''}> "
        f"not delivered: {type(error).__name__}: {error}",
        warnings,
    )


def log_trouble(error: Exception) -> None:
    """Log a fault of ours, with the place it comes from."""
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" in {place[0].name}, line {place[0].lineno} of {place[0].filename}" if place else ""
    _to_syslog(f"{type(error).__name__}: {error}{where}", ())


def _in_words(action: Action) -> str:
    if isinstance(action, Filing):
        flags = action.flags + "".join(f" {keyword}" for keyword in action.keywords)
        return f"filed into {action.folder}" + (f" ({flags})" if flags else "")
    if isinstance(action, Forward):
        return f"forwarded to {action.address}"
    return f"piped to {action.argv[0]}"


def _to_syslog(line: str, warnings: Sequence[str]) -> None:
    import syslog

    syslog.openlog("maildrop-py", syslog.LOG_PID, syslog.LOG_MAIL)
    for warning in warnings:
        syslog.syslog(syslog.LOG_WARNING, _printable(warning))
    syslog.syslog(syslog.LOG_INFO, _printable(line))


def _printable(line: str) -> str:
    """No message writes a line of its own into the system's log."""
    if not line.isprintable():
        line = "".join(char if char.isprintable() else "?" for char in line)
    return line[:900]


def _append(place: str, line: str) -> None:
    try:
        try:
            descriptor = os.open(place, _APPEND, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(place), 0o700, exist_ok=True)
            descriptor = os.open(place, _APPEND, 0o600)
        try:
            if os.fstat(descriptor).st_uid not in (os.geteuid(), 0):
                raise PermissionError(EPERM, "belongs to another user")
            os.write(descriptor, line.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)
    except OSError as error:
        _to_syslog(f"delivery log {place}: {error.strerror}", ())
