"""origin: what tells of the program and the servers that a message came from.

The shapes of its Message-ID and date, its time zone, whether the Message-ID names the
domain of the sender, and who handed it to whom on its way. A sender may write all of
this, and below the border the Received lines too; a filter that learns from both kinds
of mail sees what such lines are worth.

Guarantee: linear; at most some hundred tokens.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes import hosts
from maildrop_py.evidence.bayes.shapes import shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.message.headers import Headers

_MOST_HOPS = 10
_MOST_HOP = 500  # characters of one Received line
_MOST_FIELD = 500
_BRACKETS = str.maketrans("[]();<>", "       ")


def of_headers(headers: Headers) -> Iterator[str]:
    """The tokens, each marked."""
    yield from _message_id(headers)
    yield from _date((headers.first("Date") or "")[:_MOST_FIELD])
    for field in headers.all("Received")[:_MOST_HOPS]:
        yield from _hop(field.value[:_MOST_HOP])


def _message_id(headers: Headers) -> Iterator[str]:
    written = (headers.first("Message-ID") or "")[:_MOST_FIELD]
    if not written:
        yield "message-id:(none)"
        return
    local, _, domain = written.strip("<> ").rpartition("@")
    yield f"message-id:({shape(local)})"
    sender = hosts.in_addresses((headers.first("From") or "")[:_MOST_FIELD])
    is_senders = not set(hosts.domains(domain)).isdisjoint(sender)
    yield "message-id:(sender's domain)" if is_senders else "message-id:(another domain)"


def _date(written: str) -> Iterator[str]:
    words = written.split()
    if words:
        yield f"date:({words[-1][:8]})"
        yield f"date:{shape(written)}"


def _hop(written: str) -> Iterator[str]:
    words = written.translate(_BRACKETS).split()
    before = ""
    for word in words:
        if before == "from":
            yield from (f"received:{domain}" for domain in hosts.domains(word))
        elif before == "with":
            yield f"received:with {word[:20].lower()}"
        if word.count(".") == 3 and word.replace(".", "").isdigit():
            yield "received:" + ".".join(word.split(".")[:2])
        before = word
