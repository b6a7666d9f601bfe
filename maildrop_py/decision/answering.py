"""answering: the answers to a message, as values; pure.

What is sent is in the Decision, so that a dry run shows the answer, or why there is none.
"""

from __future__ import annotations

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Answer
from maildrop_py.decision.silence import own_address, why_silent
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.decision.other_actions import Action
    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.program.call import Filled

LONGEST = 100_000
"""Characters of an answer."""
LONGEST_HEADER = 900
UNWANTED = ("junk", "spam", "quarantine", "trash", "virus", "\u8ff7\u60d1")
"""What is in the name of a folder for mail that gets no answer."""


def answer_of(
    facts: Facts,
    kind: str,
    texts: tuple[str, str | None],
    own: Iterable[str],
    today: str,
    rule: str | None,
    handle: str = "",
    days: int = 0,
    first: str = "",
    last: str = "",
) -> Answer:
    """An answer to the sender; `texts` are the text and the subject, `own` addresses of the user.

    `today`, `first` and `last` are days (ISO 8601).
    """
    mine = {address.lower() for address in (*own, facts.recipient() or "") if "@" in address[1:]}
    headers = facts.message.headers
    text, subject = texts
    subject = subject if subject is not None else f"Auto: {headers.first('Subject') or ''}"
    return Answer(
        kind,
        to=facts.sender() or "",
        sender=own_address(facts, mine) or facts.recipient() or "",
        subject=subject[:LONGEST_HEADER],
        text=text[:LONGEST],
        days=days,
        handle=handle or text[:LONGEST],
        original=_original(facts),
        silence=_out_of_period(today, first, last) or why_silent(facts, mine),
        rule=rule,
    )


def notification_of(
    facts: Facts, text: str, to: str, call: Filled | None, rule: str | None
) -> Answer:
    """A text to an address, or to a program that is run without a shell."""
    headers = facts.message.headers
    said = [it.value.partition(";")[0].strip().lower() for it in headers.all("Auto-Submitted")]
    silence = "it is filed already" if facts.message.file is not None else ""
    if "auto-notified" in said:
        silence = "it is itself a notification"
    return Answer(
        "notify",
        to=to,
        sender=facts.recipient() or "",
        subject=text.partition("\n")[0][:LONGEST_HEADER],
        text=text[:LONGEST],
        argv=call.argv if call is not None else (),
        environment=call.environment if call is not None else (),
        original=_original(facts),
        silence=silence,
        rule=rule,
    )


def settled_answers(
    answers: Iterable[Answer], actions: Iterable[Action], is_refused: bool
) -> tuple[Answer, ...]:
    """The answers, now that it is known where the message goes; one of a kind to a person."""
    why = _about_destination(list(actions), is_refused)
    found: list[Answer] = []
    for answer in answers:
        if answer.kind != "notify" and not answer.silence:
            again = any(it.kind != "notify" and not it.silence for it in found)
            silence = why or ("another rule has answered" if again else "")
            answer = replace(answer, silence=silence) if silence else answer
        found.append(answer)
    return tuple(found)


def _about_destination(actions: list[Action], is_refused: bool) -> str:
    if is_refused:
        return "the message is refused"
    if not actions:
        return "the message is discarded"
    last = actions[-1]
    if isinstance(last, Filing) and any(word in last.folder.lower() for word in UNWANTED):
        return f"the message goes to {last.folder}"
    return ""


def _out_of_period(today: str, first: str, last: str) -> str:
    if first and today < first:
        return f"it begins on {first}"
    return f"it ended on {last}" if last and today > last else ""


def _original(facts: Facts) -> tuple[str, str]:
    """The Message-ID, and what References of an answer are (RFC 5322 3.6.4)."""
    headers = facts.message.headers
    message_id = _identifiers(headers.first("Message-ID") or "")[:1]
    before = _identifiers(headers.first("References") or headers.first("In-Reply-To") or "")
    return "".join(message_id), " ".join((*before[-10:], *message_id))


def _identifiers(text: str) -> list[str]:
    """What looks like Message-IDs; anything else stays out of a header of ours."""
    return [
        word
        for word in text.split()
        if word.startswith("<") and word.endswith(">") and word.isascii() and len(word) < 250
    ]
