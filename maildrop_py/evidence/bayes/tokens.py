"""tokens: what the Bayes filter counts of a message.

Words of header fields, each marked with its field (`subject:offer`), of texts
as they are read (HTML too) and of the subject without its mark, hosts of URLs
(`url:example.com`), who the client at the border was, what tells of the sender's
program (`origin`), types and names of attachments. A token counts once a message.

What servers, filters and mail programs write into a message after it was sent
(X-Spam-Status, Delivered-To, Status) is left out: the filter would learn its
own verdict, and a message would not be the same when its learning is undone.

Guarantee: at most MOST tokens, whatever the message; no more than MOST_TEXT
characters of its texts are read, and linear in them.

Known limits: with trusted networks that have changed, the border's tokens of a
message differ from those that were learnt.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes import hosts, origin, shapes, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.evidence.border import Border
    from maildrop_py.message.message import Message

MOST = 1500
MOST_TEXT = 64_000  # characters of all texts together
_MOST_FIELD = 2000  # characters of one header field
_MOST_FIELDS = 20  # of one name
_MOST_ATTACHMENTS = 20

_HIDING = ("display:none", "visibility:hidden", "font-size:0", "opacity:0")
"""Styles that hide text from who reads; what is hidden is counted as text nevertheless."""

_WORDS = {
    "Subject": "subject:",
    "Message-ID": "message-id:",
    "X-Mailer": "mailer:",
    "User-Agent": "mailer:",
    "Organization": "organization:",
    "List-Id": "list:",
    "Errors-To": "list:",
    "Precedence": "precedence:",
    "Mime-Version": "mime:",
    "Content-Type": "type:",
    "Content-Transfer-Encoding": "encoding:",
}
_ADDRESSES = {
    "From": "from:",
    "Reply-To": "reply-to:",
    "Return-Path": "sender:",
    "Sender": "from:",
    "To": "to:",
    "Cc": "to:",
}


def of_message(message: Message, border: Border | None) -> list[str]:
    """The tokens of `message`, each once, the header's first; at most MOST."""
    found: dict[str, None] = {}
    for some in (
        _fields(message),
        _subject(message),
        origin.of_headers(message.headers),
        _client(border),
        _attachments(message),
        _texts(message),
    ):
        for token in some:
            found[token] = None
        if len(found) > MOST:
            return list(found)[:MOST]
    return list(found)


def _fields(message: Message) -> Iterator[str]:
    headers = message.headers
    for name, mark in _WORDS.items():
        for field in headers.all(name)[:_MOST_FIELDS]:
            yield from _marked(mark, text.words(field.value[:_MOST_FIELD], 2))
    for name, mark in _ADDRESSES.items():
        for field in headers.all(name)[:_MOST_FIELDS]:
            value = field.value[:_MOST_FIELD]
            yield from _marked(mark, text.words(value, 2))
            yield from _marked(mark + "@", hosts.in_addresses(value))


def _subject(message: Message) -> Iterator[str]:
    """Its words as those of a text, which are learnt together with these, and its marks."""
    headers = message.headers
    subject = (headers.first("Subject") or "")[:_MOST_FIELD]
    yield from _read(subject)
    is_answer = bool(headers.all("In-Reply-To") or headers.all("References"))
    yield from _marked("subject:", shapes.of_subject(subject, is_answer))


def _client(border: Border | None) -> Iterator[str]:
    if border is None or border.address is None:
        return
    address = border.address.text
    separator = ":" if ":" in address else "."
    parts = address.split(separator)
    for count in (2, 3):
        yield f"client:{separator.join(parts[:count])}"
    yield from _marked("client:", hosts.domains(border.name or "") or ["(no name)"])
    yield from _marked("helo:", hosts.domains(border.helo or "") or ["(none)"])


def _attachments(message: Message) -> Iterator[str]:
    for attachment in message.parts.attachments[:_MOST_ATTACHMENTS]:
        yield f"file:{attachment.type[:80]}"
        yield from _marked("file:", text.words(attachment.name[:200], 2))


def _texts(message: Message) -> Iterator[str]:
    for markup in _at_most(message.parts.texts(as_written=True)):
        yield "type:(html)"
        style = markup.lower().replace(" ", "")
        yield from (f"html:{way}" for way in _HIDING if way in style)
        yield from _marked("url:", hosts.in_urls(markup))
    for body in _at_most(message.parts.texts()):
        yield from _marked("url:", hosts.in_urls(body))
        yield from _read(body)


def _read(some: str) -> Iterator[str]:
    words = text.words(some)
    yield from words
    yield from shapes.beside(words)


def _at_most(texts: Iterable[str]) -> Iterator[str]:
    """The beginnings of `texts`, MOST_TEXT characters in all."""
    left = MOST_TEXT
    for some in texts:
        yield some[:left]
        left -= len(some)
        if left <= 0:
            return


def _marked(mark: str, found: Iterable[str]) -> list[str]:
    return [mark + word for word in found]
