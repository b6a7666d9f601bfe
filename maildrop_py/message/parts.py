"""parts: the bodies and attachments of a message, for the rules that ask for them.

mail-parser takes the message apart; names and text are decoded as header fields
are, since their charsets are as often missing or wrong. Where it gives up, the
email package does it alone; where that gives up too (thousands of levels), the
whole body counts as one text, and every line that names a file as an
attachment, so that nothing can hide by being broken. Never raises.

Known limits: the whole message is held in memory several times over; HTML is
given as it is written; archives are not opened.
"""

from __future__ import annotations

from maildrop_py.message.charsets import decode, guess
from maildrop_py.message.headers import Headers, head_end
from maildrop_py.message.parameters import parameters
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message as MimePart

# What mail-parser and the email package raise on mail that they cannot take.
_GIVES_UP = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


_TEXT = ("text/", "multipart/", "message/delivery-status")  # a multipart leaf is broken


@record
class Attachment:
    """One attached file: decoded name ("" for none), content type in lower case, bytes."""

    name: str = ""
    type: str = ""
    size: int = 0


@record
class Parts:
    """The text parts (HTML too) and the attachments, each in the order of the message.

    CR LF in the texts is LF.
    """

    bodies: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def read_parts(content: bytes) -> Parts:
    """The parts of a whole message."""
    for parse in (_parsed, _parsed_by_email):
        try:
            return _sorted_out(parse(content))
        except _GIVES_UP:
            continue
    return _unparsed(content)


def _parsed(content: bytes) -> MimePart:
    import mailparser

    _silence()
    try:
        message: MimePart = mailparser.parse_from_bytes(content).message
    except mailparser.exceptions.MailParserError as error:
        raise ValueError(str(error)) from error
    return message


def _parsed_by_email(content: bytes) -> MimePart:
    """For the mail that only mail-parser's own additions stumble over."""
    from email import message_from_bytes

    return message_from_bytes(content)


def _silence() -> None:
    """mail-parser logs what it finds odd; delivery must be silent."""
    import logging

    logger = logging.getLogger("mailparser")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


def _sorted_out(message: MimePart) -> Parts:
    bodies: list[str] = []
    attachments: list[Attachment] = []
    for part in _leaves(message):
        text, attachment = _read(part)
        bodies += [] if text is None else [text]
        attachments += [] if attachment is None else [attachment]
    return Parts(tuple(bodies), tuple(attachments))


def _leaves(message: MimePart) -> Iterator[MimePart]:
    """All parts but multipart containers, in order; delivery reports are one part."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        children = part.get_payload() if part.is_multipart() else []
        if part.get_content_maintype() != "multipart" or not children:
            yield part
        if isinstance(children, list) and part.get_content_type() != "message/delivery-status":
            waiting += [child for child in reversed(children) if not isinstance(child, str)]


def _read(part: MimePart) -> tuple[str | None, Attachment | None]:
    """What a part is: text, a file, or (named text shown inline) both."""
    kind = part.get_content_type()
    of_type = parameters(_raw(part, "content-type"))
    disposition = _raw(part, "content-disposition")
    name = parameters(disposition).get("filename") or of_type.get("name", "")
    is_attached = disposition.lower().lstrip().startswith(b"attachment")
    data = _data(part)
    text = None
    if not is_attached and kind.startswith(_TEXT):
        text = _with_lf(decode(data, of_type.get("charset", "")))
    if name or is_attached or (text is None and kind != "message/rfc822"):
        return text, Attachment(name, kind, len(data))
    return text, None


def _raw(part: MimePart, name: str) -> bytes:
    """The unfolded value of a part's first field called `name`."""
    for field, value in part.raw_items():
        if field.lower() == name:
            unfolded = value.replace("\r", "").replace("\n", "")
            return unfolded.encode("ascii", "surrogateescape")
    return b""


def _data(part: MimePart) -> bytes:
    """The part's content, transfer encoding taken off; empty where that cannot be done."""
    try:
        if part.is_multipart():
            return part.as_bytes().partition(b"\n\n")[2]
        data = part.get_payload(decode=True)
    except _GIVES_UP:
        return b""
    return data if isinstance(data, bytes) else b""


def _unparsed(content: bytes) -> Parts:
    """The body as one text, and what its lines call files."""
    end = head_end(content)
    body = content[end:] if end >= 0 else b""
    names = dict.fromkeys(name for line in body.split(b"\n") if (name := _file_name(line)))
    attachments = (Attachment(name, "application/octet-stream") for name in names)
    text = _with_lf(guess(body, Headers(content[:end]).charset))
    return Parts((text,), tuple(attachments))


def _with_lf(text: str) -> str:
    """Lines that end in LF, so that `$` in a rule is where people see a line end."""
    return text.replace("\r\n", "\n")


def _file_name(line: bytes) -> str:
    if b"name" not in line.lower():
        return ""
    found = parameters(b";" + line)
    return found.get("filename") or found.get("name", "")
