"""answers: sends what a Decision answers, after the message itself is delivered.

    is it wanted?      no silence in the decision
    remembered         who gets one again only after some days, and how many there were today:
                       on disk, before it is sent
    sent               through sendmail from the null sender, or by a program

So a crash between the two costs an answer and never sends a second one. Whatever goes wrong
is a warning: the message is delivered, and that is what counts.
"""

from __future__ import annotations

import os
import time

from maildrop_py.delivery.programs import describe, is_address, run
from maildrop_py.errors import MaildropError
from maildrop_py.paths import PROGRAM_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from maildrop_py.decision.decision import Decision
    from maildrop_py.decision.other_actions import Answer
    from maildrop_py.delivery.program_settings import ProgramSettings

    class Answered(Protocol):
        """Who was answered; see `evidence.answered`."""

        def is_first(self, handle: str, address: str, now: float, seconds: float) -> bool: ...

        def is_below(self, most: int, what: str, address: str, now: float) -> bool: ...


DAY = 86400.0
REPLIES = 20
"""To one address in a day: with a program that answers to answers there is an end."""
NOTIFICATIONS = 500
ANSWERS = 1000
"""To all people together in a day: whoever forges many senders uses nobody to flood others."""
LONGEST_WAIT = 30.0
"""Seconds for one answer: the mail server waits for its reply meanwhile."""


def send_answers(
    decision: Decision,
    settings: ProgramSettings,
    answered: Answered,
    now: float,
    warn: Callable[[str], None],
) -> list[str]:
    """Send every answer that is due; what was done, in words. Raises nothing of ours."""
    done = []
    for answer in decision.answers:
        if answer.silence:
            continue
        try:
            said = _sent(answer, settings, answered, now)
        except (MaildropError, OSError, ValueError) as error:
            warn(f"the {answer.kind} of rule {answer.rule!r} could not be sent: {error}")
        else:
            done += [said] if said else []
    return done


def _sent(answer: Answer, settings: ProgramSettings, answered: Answered, now: float) -> str:
    if not answer.argv and not is_address(answer.to):
        raise ValueError(f"{answer.to!r} is not an address")
    if answer.days and not answered.is_first(answer.handle, answer.to, now, answer.days * DAY):
        return ""
    _see_limits(answer, answered, now)
    if answer.argv:
        _run(answer.argv, answer.text.encode("utf-8", "replace"), answer, settings)
        return f"notified by {answer.argv[0]}"
    argv = settings.sendmail, "-i", "-f", "<>", "--", answer.to
    _run(argv, message_of(answer, now), answer, settings)
    return f"{answer.kind} sent to {answer.to}"


def _see_limits(answer: Answer, answered: Answered, now: float) -> None:
    """Raise ValueError where there were enough today."""
    if answer.kind == "notify":
        to = answer.to or answer.argv[0]
        if not answered.is_below(NOTIFICATIONS, "notify", to, now):
            raise ValueError(f"{to} had {NOTIFICATIONS} of them today")
        return
    if not answer.days and not answered.is_below(REPLIES, "reply", answer.to, now):
        raise ValueError(f"{answer.to} had {REPLIES} of them today")
    if not answered.is_below(ANSWERS, "all", "", now):
        raise ValueError(f"there were {ANSWERS} answers today")


def _run(argv: tuple[str, ...], content: bytes, answer: Answer, settings: ProgramSettings) -> None:
    limit = time.monotonic() + LONGEST_WAIT
    deadline = limit if settings.deadline is None else min(limit, settings.deadline)
    environment = {**(settings.environment or {"PATH": PROGRAM_PATH}), **dict(answer.environment)}
    with open(os.memfd_create("answer"), "w+b") as file:
        file.write(content)
        file.flush()
        outcome = run(argv, file.fileno(), environment, deadline)
    if outcome.status:
        raise ValueError(f"{argv[0]}: {describe(outcome)}")


def message_of(answer: Answer, now: float) -> bytes:
    """The answer as sendmail reads it (RFC 3834 3, RFC 5436 2.3).

    Its header is put together here: Python's classes for structured fields raise all kinds
    of errors for addresses as senders may choose them.
    """
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import formatdate, make_msgid

    host = _one_line(answer.sender).rpartition("@")[2] or "localhost"
    kind = "auto-notified" if answer.kind == "notify" else "auto-replied"
    message_id, references = answer.original
    fields = {
        "From": answer.sender or f"maildrop-py@{host}",
        "To": answer.to,
        "Subject": _encoded(_one_line(answer.subject)),
        "Date": formatdate(now),
        "Message-ID": make_msgid(domain=host),
        "In-Reply-To": message_id,
        "References": references,
        "Auto-Submitted": f"{kind} ({answer.kind})" if kind == "auto-replied" else kind,
        "X-Auto-Response-Suppress": "All",
    }
    head = "".join(
        f"{name}: {_folded(value)}\n" for name, value in fields.items() if _one_line(value)
    )
    content = EmailMessage(policy=SMTP.clone(linesep="\n", cte_type="7bit"))
    text = answer.text.encode("utf-8", "replace").decode()
    content.set_content(text if text.endswith("\n") else f"{text}\n")
    return head.encode("utf-8", "replace") + content.as_bytes()


def _encoded(subject: str) -> str:
    """`subject` as it may be in a header field (RFC 2047)."""
    if subject.isascii() and "=?" not in subject:
        return subject
    from email.header import Header

    encoded = subject.encode("utf-8", "replace").decode()
    return Header(encoded, "utf-8", maxlinelen=70).encode(linesep="\n")


def _folded(value: str) -> str:
    """`value` in lines of about 78 characters, each after the first indented."""
    lines = [""]
    for word in _one_line(value).split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > 66:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n ".join(lines)


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
