"""log_entry: one thing that was done with one message, as the delivery log has it.

An Event is what a command says of it; entry_of() is the object of JSON that is
one line of the log. What each field means, and which values there are, is in
`log_schema`, which `maildrop-py schema log` prints. Guarantee: whatever a message
says, an entry is at most some 10 kB long; texts that are longer are cut and end in
"…". Fields may be added without a new VERSION; readers pass over what they do not
know.
"""

from __future__ import annotations

import time

from maildrop_py.record import record
from maildrop_py.report.wording import answer_in_words, flag_names, in_full, total_score

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.message.parts import Attachment

VERSION = 2
DELIVERED, DISCARDED, REJECTED, DEFERRED = "delivered", "discarded", "rejected", "deferred"
REFILED, IMPORTED, UNDONE, FAILED = "refiled", "imported", "undone", "failed"
RESULTS = (DELIVERED, DISCARDED, REJECTED, DEFERRED, REFILED, IMPORTED, UNDONE, FAILED)
COMMANDS = ("deliver", "serve", "refile", "watch", "import", "undo")

LONG, SHORT = 1000, 300
"""Characters of a text that are kept: of an identifier or a reason, of words for people."""
FEW, NAME = 10, 100
"""Attachments of one message that are kept, and characters of a name or type."""
MOST = 50
"""Reasons, warnings and paths of one message that are kept."""


@record
class Event:
    """What `command` did with one message, at `time` (seconds since 1970).

    `error` says why it failed; `seconds` is how long it took; `moved_from` is the
    path that a filed message had before, `run` the name of the run for `undo`.
    """

    command: str
    result: str
    time: float
    envelope: Envelope | None = None
    message: Message | None = None
    decision: Decision | None = None
    paths: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    seconds: float | None = None
    evidence: Evidence | None = None
    moved_from: str = ""
    run: str = ""


def result_of(decision: Decision) -> str:
    """What the delivery of a new message came to."""
    if decision.reject is not None:
        return REJECTED
    return DELIVERED if decision.actions else DISCARDED


def entry_of(event: Event) -> dict[str, object]:
    """The line of the log, as an object; what is not known is null or left out."""
    entry: dict[str, object] = {
        "version": VERSION,
        "time": _in_utc(int(event.time)),
        "command": event.command,
        "result": event.result,
    }
    if event.error:
        entry["error"] = cut(event.error, LONG)
    entry |= _of_message(event)
    entry |= _of_decision(event)
    entry["paths"] = list(event.paths[:MOST])
    optional = (("moved_from", event.moved_from), ("run", event.run), ("seconds", event.seconds))
    entry |= {name: value for name, value in optional if value}
    entry["warnings"] = [cut(warning, LONG) for warning in event.warnings[:MOST]]
    return entry


_latest = (0, "")  # thousands of entries have the same second


def _in_utc(seconds: int) -> str:
    global _latest
    if _latest[0] != seconds:
        _latest = (seconds, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)))
    return _latest[1]


def cut(text: str, most: int) -> str:
    """`text`, or the first `most` characters of it, the last of which is "…"."""
    return text if len(text) <= most else text[: most - 1] + "…"


def message_id_of(message: Message | None) -> str:
    """The Message-ID as written, without the blanks around it; "" if there is none."""
    return (message.headers.first("Message-ID") or "").strip() if message is not None else ""


def _of_message(event: Event) -> dict[str, object]:
    message, envelope = event.message, event.envelope
    entry: dict[str, object] = {"message_id": cut(message_id_of(message), LONG)}
    if message is not None:
        for name, field in (("subject", "Subject"), ("from", "From"), ("list_id", "List-Id")):
            if text := message.headers.first(field):
                entry[name] = cut(text, SHORT)
        if message.attachments_seen:
            entry["attachments"] = [_attached(it) for it in message.attachments_seen[:FEW]]
    entry["sender"] = None if envelope is None else _address(envelope.sender)
    entry["recipient"] = None if envelope is None else _address(envelope.recipient)
    return entry | _of_client(event) | {"size": _size(message)}


def _attached(attachment: Attachment) -> dict[str, object]:
    name, type_ = cut(attachment.name, NAME), cut(attachment.type, NAME)
    return {"name": name, "type": type_, "size": attachment.size}


def _size(message: Message | None) -> int | None:
    """Of new mail; for what is filed the file would have to be looked at again."""
    return None if message is None or message.file is not None else message.size


def _address(address: str | None) -> str | None:
    return None if address is None else cut(address, SHORT)


def _of_client(event: Event) -> dict[str, object]:
    """Who brought the message, as far as the mail server said or a rule asked, and what else
    rules asked about it."""
    envelope, evidence = event.envelope, event.evidence
    border = None if evidence is None else evidence.answered("border")
    found: dict[str, object] = {}
    if envelope is not None and envelope.client_address:
        found["client_address"] = cut(envelope.client_address, SHORT)
        found["client_name"] = cut(envelope.client_name or "", SHORT)
        found["helo"] = cut(envelope.helo or "", SHORT)
    elif border is not None and border.address is not None:
        found["client_address"] = border.address.text
        found["client_name"] = cut(border.name or "", SHORT)
        found["helo"] = cut(border.helo or "", SHORT)
    if asked := _asked(evidence):
        found["evidence"] = asked
    return found


def _asked(evidence: Evidence | None) -> dict[str, object]:
    """The answers to what rules asked of the world, in short."""
    asked: dict[str, object] = {}
    if evidence is None:
        return asked
    if (spf := evidence.answered("spf")) is not None:
        asked["spf"] = spf.result
    if (name := evidence.answered("reverse name")) is not None and not name.unknown:
        asked["reverse_name"] = cut(name.name, SHORT)
    if (helo := evidence.answered("helo")) is not None and not helo.unknown:
        asked["helo"] = list(helo.kinds)
    if listings := evidence.answered("dnsbl"):
        asked["dnsbl"] = [zone for zone, listing in listings.items() if listing.answers]
    if (duplicate := evidence.answered("duplicate")) is not None:
        asked["duplicate"] = duplicate
    return asked


def _of_decision(event: Event) -> dict[str, object]:
    decision = event.decision
    if decision is None:
        return {"rule": None, "actions": [], "folders": [], "reject": None, "reasons": []}
    entry: dict[str, object] = {
        "rule": decision.rule,
        "actions": [in_full(action) for action in decision.actions],
        "folders": [filing.folder for filing in decision.filings],
        "reject": decision.reject,
        "score": decision.score,
        "reasons": [cut(f"{it.rule}: {it.because}", LONG) for it in decision.reasons[:MOST]],
    }
    flags = [name for filing in decision.filings for name in flag_names(filing)]
    if flags:
        entry["flags"] = list(dict.fromkeys(flags))
    if decision.answers:
        entry["answers"] = [cut(answer_in_words(it), LONG) for it in decision.answers]
    verdict = None if event.evidence is None else event.evidence.answered("spam")
    score = total_score(None if verdict is None else verdict.score, decision)
    if score is not None:
        entry["spam_score"] = score
    return entry
