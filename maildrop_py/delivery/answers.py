"""answers: sends what a Decision answers, after the message itself is delivered.

    is it wanted?      no silence in the decision
    remembered         who gets one again only after some days: on disk, before it is sent
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

    from maildrop_py.decision.decision import Answer, Decision
    from maildrop_py.delivery.program_settings import ProgramSettings

    IsFirst = Callable[[str, str, float, float], bool]

DAY = 86400.0
LONGEST_WAIT = 30.0
"""Seconds for one answer: the mail server waits for its reply meanwhile."""


def send_answers(
    decision: Decision,
    settings: ProgramSettings,
    is_first: IsFirst,
    now: float,
    warn: Callable[[str], None],
) -> list[str]:
    """Send every answer that is due; what was done, in words. Raises nothing of ours.

    `is_first` is `evidence.answered.Answered.is_first`.
    """
    done = []
    for answer in decision.answers:
        if answer.silence:
            continue
        try:
            said = _sent(answer, settings, is_first, now)
        except (MaildropError, OSError, ValueError) as error:
            warn(f"the {answer.kind} of rule {answer.rule!r} could not be sent: {error}")
        else:
            done += [said] if said else []
    return done


def _sent(answer: Answer, settings: ProgramSettings, is_first: IsFirst, now: float) -> str:
    if not answer.argv and not is_address(answer.to):
        raise ValueError(f"{answer.to!r} is not an address")
    if answer.days and not is_first(answer.handle, answer.to, now, answer.days * DAY):
        return ""
    if answer.argv:
        _run(answer.argv, answer.text.encode("utf-8", "replace"), answer, settings)
        return f"notified by {answer.argv[0]}"
    argv = settings.sendmail, "-i", "-f", "<>", "--", answer.to
    _run(argv, message_of(answer, now), answer, settings)
    return f"{answer.kind} sent to {answer.to}"


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
    """The answer as sendmail reads it (RFC 3834 3, RFC 5436 2.3)."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import formatdate, make_msgid

    message = EmailMessage(policy=SMTP.clone(linesep="\n", cte_type="7bit", utf8=False))
    host = answer.sender.rpartition("@")[2] or "localhost"
    kind = "auto-notified" if answer.kind == "notify" else "auto-replied"
    message_id, references = answer.original
    headers = {
        "From": answer.sender or f"maildrop-py@{host}",
        "To": answer.to,
        "Subject": _one_line(answer.subject),
        "Date": formatdate(now),
        "Message-ID": make_msgid(domain=_one_line(host)),
        "In-Reply-To": message_id,
        "References": references,
        "Auto-Submitted": f"{kind} ({answer.kind})" if kind == "auto-replied" else kind,
        "X-Auto-Response-Suppress": "All",
    }
    for name, value in headers.items():
        if value:
            message[name] = value
    message.set_content(answer.text if answer.text.endswith("\n") else f"{answer.text}\n")
    return message.as_bytes()


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
