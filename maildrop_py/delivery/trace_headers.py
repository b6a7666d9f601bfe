"""trace_headers: Return-Path and Delivered-To where the server added none, and loops.

What a mail server adds at delivery is above its own Received line, which is the
topmost one: Postfix local writes Return-Path and Delivered-To there just before
it runs us, qmail-local leaves both to us, LMTP and pipe(8) do as configured.
What is below that line came with the message. So

- a Return-Path, or a Delivered-To of this recipient, above the topmost Received
  was added by the server in this delivery: it is not added again, and is not a loop;
- a Delivered-To of this recipient below it says that the message was delivered
  here before and came back: a loop. Whoever sends a message again (sendmail -i,
  SMTP, qmail-inject) puts a new Received on top, so a copy that we forwarded
  comes back with our Delivered-To below it.

Addresses are compared without case, as Postfix local does it, and a `_` of the
recipient may be any character that Postfix keeps out of a command's environment.
An address beyond ASCII is written as UTF-8 (RFC 6532), because encoded words are
not allowed there.

Known limits: mail that is fetched from another mailbox of the same address, by a
program that keeps the other system's Delivered-To, looks like a loop, as it does
to Postfix. A message with bare CR line ends has no fields here. Where no blank line
ends the header, and its first line is no field, a later field may be read as text.
"""

from __future__ import annotations

from maildrop_py.message.extent import from_line_of, line_end, message_start
from maildrop_py.message.headers import Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.envelope import Envelope


_EXPORTED = frozenset(b"1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyz")
_BLANKS = (b" ", b"\t")
_LONGEST_NAME = 1000  # bytes of a field's name
_NAME_BYTES = bytes(range(33, 127))  # RFC 5322 3.6.8; no line end, so it is one line


def on_top(head: bytes, envelope: Envelope, more: bytes = b"") -> bytes:
    """All that delivery puts above the message: trace headers, then `more` header lines."""
    return kept_apart(missing(head, envelope) + more, head)


def kept_apart(lines: bytes, head: bytes) -> bytes:
    """Header lines that are put above a message whose head is `head`.

    The message is then read as it was before. One without any field has no header,
    and its text must not become one. A first line that begins with white space
    would go on with our last field, and change it: it gets a field of its own. So
    does a header that ends at once, behind a `From ` line: a blank line on top of a
    file does not end it.
    """
    start = message_start(head)
    if start and head[start : start + 1] in (b"\n", b"\r"):
        return lines or b"X-First-Line:" + line_end(head)
    name, colon, _ = head[start : start + _LONGEST_NAME].partition(b":")
    if not lines or (colon and name and not name.strip(_NAME_BYTES)):
        return lines
    if not Headers(head).fields:
        return lines + line_end(lines)
    is_continued = head[start : start + 1] in _BLANKS
    return lines + b"X-First-Line:" + line_end(lines) if is_continued else lines


def missing(head: bytes, envelope: Envelope) -> bytes:
    """The lines that delivery puts on top of the message, in its own line-end style."""
    start = message_start(head)
    lowered = head.lower()
    top = lowered[start : _field(lowered, b"received:", start)]
    end = line_end(head[start:])
    lines = b""
    sender = envelope.sender
    if sender is None and start:
        from maildrop_py.message.from_line import sender_in

        sender = sender_in(from_line_of(head[:start]))
    if sender is not None and not _values(top, b"return-path:"):
        lines += b"Return-Path: <%s>%s" % (_written(sender), end)
    if envelope.recipient:
        recipient = _written(envelope.recipient)
        if not _is_among(_values(top, b"delivered-to:"), recipient):
            lines += b"Delivered-To: %s%s" % (recipient, end)
    return lines


def is_loop(head: bytes, recipient: str | None) -> bool:
    """Whether the message was delivered to this recipient before."""
    lowered = head.lower()
    if not recipient or b"delivered-to:" not in lowered:
        return False
    below = lowered[_field(lowered, b"received:", message_start(head)) :]
    return _is_among(_values(below, b"delivered-to:"), _written(recipient))


def _field(lowered: bytes, name: bytes, start: int) -> int:
    """Where the first field `name` at or behind `start` begins; the end if there is none."""
    if lowered.startswith(name, start):
        return start
    found = lowered.find(b"\n" + name, start)
    return found + 1 if found >= 0 else len(lowered)


def _values(lowered: bytes, name: bytes) -> list[bytes]:
    """The bodies of the fields `name`, without angle brackets."""
    values, at = [], _field(lowered, name, 0)
    while at < len(lowered):
        end = lowered.find(b"\n", at)
        values.append(_bare(lowered[at + len(name) : end if end >= 0 else len(lowered)]))
        at = _field(lowered, name, at + len(name))
    return values


def _is_among(values: list[bytes], recipient: bytes) -> bool:
    """Whether the recipient is one of `values`, as it is or as Postfix exports it."""
    wanted = _bare(recipient.lower())
    return wanted in values or any(_exported(value) == wanted for value in values)


def _exported(address: bytes) -> bytes:
    """`address` as Postfix puts it into a command's environment (command_expansion_filter)."""
    return bytes(c if c in _EXPORTED else 95 for c in address)


def _bare(value: bytes) -> bytes:
    return value.strip().strip(b"<>")


def _written(address: str) -> bytes:
    """An address as bytes of a header line: no control character can end that line."""
    if not (address.isascii() and address.isprintable()):
        address = "".join(c if c.isprintable() else "?" for c in address)
    return address.encode("utf-8", "replace")
