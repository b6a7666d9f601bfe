"""parts: the texts and attachments of a message, for the rules that ask for them.

No more is read than is asked for: the names of attachments decode no content,
a text is decoded when a rule looks at it, and a message of one part needs no more
than its header to know its attachment. Names and texts are decoded as header
fields are, since their charsets are as often missing or wrong. Never raises but
for what the message's source raises; time and memory are linear.

Limits: those of `part_reader`, and

- MOST_EXAMINED bytes of a message are read; what comes behind them is one
  opaque part;
- LONGEST_TEXT bytes of each text are decoded, and MOST_TEXT of all of them.

An opaque part is an attachment, with each name that its lines give to a file; and
a text, as its bytes are written. `cuts` names in words the limits that were reached.

Known limits: archives are not opened.
"""

from __future__ import annotations

from maildrop_py.later import Later
from maildrop_py.message.charsets import decode, guess
from maildrop_py.message.declaration import LONGEST_FIELD, declaration
from maildrop_py.message.extent import HEAD_LIMIT, head_end, message_start
from maildrop_py.message.file_signs import may_have_files
from maildrop_py.message.headers import Headers
from maildrop_py.message.normal_form import composed
from maildrop_py.message.parameters import parameters
from maildrop_py.message.part import OPAQUE, Part, body_start, opaque_part
from maildrop_py.message.part_reader import PartReader
from maildrop_py.message.transfer_encoding import decoded
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from maildrop_py.message import html_text
else:
    html_text = Later("maildrop_py.message.html_text")

MOST_EXAMINED = 1 << 26  # bytes
LONGEST_TEXT = 1 << 20  # bytes, encoded
MOST_TEXT = 1 << 22  # bytes, encoded
MOST_KEPT = 1 << 18  # characters of texts that are kept for the next rule
MOST_NAMES = 100  # of files, in an opaque part
CHEAP_SIZE, CHEAP_LINES = 1 << 16, 32  # bytes, and lines that may be boundaries


@record
class Attachment:
    """One attached file: decoded name ("" for none) and content type in lower case.

    `size` is in bytes as they are in the message, encoded.
    """

    name: str = ""
    type: str = ""
    size: int = 0


def are_cheap(content: bytes) -> bool:
    """Whether the parts of a message take no more than a moment.

    Then even the worst message takes some milliseconds, so that a server may read
    it between two answers; others belong into a thread or a process.
    """
    return len(content) <= CHEAP_SIZE and content.count(b"\n--") <= CHEAP_LINES


class Parts:
    """The parts of the message with these headers.

    `load` gives at most so many of its bytes, without a `From ` line; `size` says
    how many there are.
    """

    def __init__(
        self, headers: Headers, load: Callable[[int], bytes], size: Callable[[], int]
    ) -> None:
        self._headers = headers
        self._load = load
        self._size = size
        self._declared = declaration(headers)
        self._loaded: bytes | None = None
        self._read: tuple[Part, ...] | None = None
        self._attachments: tuple[Attachment, ...] | None = None
        self._cuts: dict[str, None] = {}
        self._levels = 0
        self._texts: dict[tuple[int, bool], str] = {}
        self._kept = 0

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attached files, in the order of the message."""
        if self._attachments is None:
            parts: tuple[Part, ...] = ()
            if self._declared.is_container:
                parts = self._parts() if self._may_have_files() else ()
            elif self._declared.is_file:  # else nobody need know how long it is
                parts = (self._alone(),)
            found = [one for part in parts for one in _attachments_of(part)]
            self._attachments = tuple(found)
        return self._attachments

    def with_parts(self, every: bool) -> list[tuple[Attachment, Part]]:
        """The attached files, or `every` part as if it was one, each with its part."""
        if every:
            return [(Attachment(part.declared.name, part.type), part) for part in self._parts()]
        return [(one, part) for part in self._parts() for one in _attachments_of(part)]

    def text_of(self, part: Part) -> str:
        """One of the parts as text, decoded, HTML as markup; "" for containers."""
        return "" if part.is_container and not part.is_opaque else _text_of(part)

    @property
    def attachments_seen(self) -> tuple[Attachment, ...]:
        """The attached files if they were asked for before; nothing is read for this."""
        return self._attachments or ()

    @property
    def bodies(self) -> tuple[str, ...]:
        """The texts as a reader sees them, HTML too; lines end in LF."""
        return tuple(self.texts())

    def texts(
        self, as_written: bool = False, is_wanted: Callable[[str], bool] | None = None
    ) -> Iterator[str]:
        """The texts one by one; with `as_written`, those in HTML alone, as markup.

        Those in HTML of whose markup `is_wanted` says no are passed over.
        """
        left = MOST_TEXT
        for number, part in enumerate(self._parts()):
            if not _is_text(part) or (as_written and not _is_html(part)):
                continue
            if left <= 0:
                self._cuts[f"more than {MOST_TEXT >> 20} MB of text"] = None
                return
            size = min(part.end - part.start, LONGEST_TEXT)
            if size < part.end - part.start:
                self._cuts[f"more than {LONGEST_TEXT >> 20} MB in one text"] = None
            left -= size
            if is_wanted and _is_html(part) and not is_wanted(self._text(number, part, True)):
                continue
            yield self._text(number, part, as_written)

    @property
    def number(self) -> int:
        """How many parts there are."""
        return len(self._parts())

    @property
    def levels(self) -> int:
        """How many containers the deepest part is in."""
        self._parts()
        return self._levels

    @property
    def cuts(self) -> tuple[str, ...]:
        """The limits that were reached so far, in words."""
        return tuple(self._cuts)

    def _may_have_files(self) -> bool:
        """Whether a part of a multipart may be one: most show at a glance that none is."""
        return self._read is not None or may_have_files(
            self._headers, self._data(), self._body_start
        )

    def _data(self) -> bytes:
        """The message as far as it is examined; asked for until it is taken apart."""
        if self._loaded is None:
            self._loaded = self._load(MOST_EXAMINED)
        return self._loaded

    @property
    def _body_start(self) -> int:
        return len(self._headers.head) - self._headers.top

    def _alone(self) -> Part:
        """The only part of a message that is not a container; its content need not be read."""
        part = Part(self._headers, b"", 0, "text/plain")
        part.end = max(0, self._size() - len(self._headers.head))
        return part

    def _parts(self) -> tuple[Part, ...]:
        if self._read is None:
            self._read = tuple(self._read_parts())
            self._loaded = None
        return self._read

    def _read_parts(self) -> list[Part]:
        head = self._headers.head
        start = self._body_start
        data = self._data()
        is_whole = len(data) < MOST_EXAMINED
        if self._headers.is_cr_only:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            start = max(head_end(data), 0)
        if HEAD_LIMIT <= len(head) < self._size() and head_end(head) < 0:
            self._cuts[f"the header has more than {start >> 20} MB"] = None
            return [opaque_part(data, start, len(data))]
        if self._declared.is_container:
            reader = PartReader()
            reader.read(self._headers, data, start)
            self._cuts |= reader.cuts
            self._levels = reader.levels
            parts = reader.parts
        else:
            parts = [self._alone_in(data, start)]
        return parts if is_whole else self._with_rest(parts)

    def _alone_in(self, data: bytes, start: int) -> Part:
        part = Part(self._headers, data, 0, "text/plain")
        top = self._headers.top
        begin = len(data) - len(data.lstrip(b"\r\n"))
        if top and begin:  # the blank line behind a `From ` line ends the header
            begin = 2 if data.startswith(b"\r\n") else 1
        part.start = body_start(part.headers, begin, start, top)
        part.end = len(data)
        return part

    def _with_rest(self, parts: list[Part]) -> list[Part]:
        """`parts`, and what was not examined as one more."""
        if self._size() > MOST_EXAMINED:
            self._cuts[f"more than {MOST_EXAMINED >> 20} MB in one message"] = None
            parts.append(opaque_part(b"", 0, 0))
        return parts

    def _text(self, number: int, part: Part, as_written: bool) -> str:
        key = (number, as_written)
        text = self._texts.get(key)
        if text is None:
            if as_written or not _is_html(part):
                text = _text_of(part)
            else:
                text = html_text.text_of(self._text(number, part, True))
            if self._kept + len(text) <= MOST_KEPT:
                self._kept += len(text)
                self._texts[key] = text
        return text


def read_parts(content: bytes) -> Parts:
    """The parts of a whole message, a `From ` line on top or not."""
    content = content[message_start(content) :]
    end = head_end(content)
    headers = Headers(content[:end] if end >= 0 else content, is_cut=True)
    return Parts(headers, lambda most: content[:most], lambda: len(content))


def _text_of(part: Part) -> str:
    """A part as text, decoded; HTML as markup."""
    data = part.data[part.start : min(part.end, part.start + LONGEST_TEXT)]
    charset = part.declared.charset
    if part.is_opaque:
        return _normal(guess(data, charset))
    return _normal(decode(decoded(data, part.encoding), charset))


def _normal(text: str) -> str:
    """In NFC, with lines that end in LF, so that `$` in a rule is where people see a line end."""
    return composed(text.replace("\r\n", "\n") if "\r" in text else text)


def _is_html(part: Part) -> bool:
    return part.type in ("text/html", "application/xhtml+xml") and not part.is_opaque


def _is_text(part: Part) -> bool:
    if part.is_name:
        return False
    if part.is_opaque:
        return True
    return part.declared.is_text


def _attachments_of(part: Part) -> list[Attachment]:
    """What a part is as a file: none, one, or of an opaque part one for each name in it."""
    declared, size = part.declared, part.end - part.start
    if part.is_opaque:
        kind = OPAQUE if part.is_container else part.type
        found = dict.fromkeys([declared.name, *_names_within(part)])
        return [Attachment(each, kind, size) for each in found]
    return [Attachment(declared.name, part.type, size)] if declared.is_file else []


def _names_within(part: Part) -> list[str]:
    """What the lines of an opaque part call files."""
    end = min(part.end, part.start + LONGEST_TEXT)
    block = part.data[part.start : end]
    lower = block.lower()
    names: list[str] = []
    at = lower.find(b"name")
    while at >= 0 and len(names) < MOST_NAMES:
        start = lower.rfind(b"\n", 0, at) + 1
        stop = lower.find(b"\n", at)
        line = block[start : stop if stop >= 0 else len(block)][:LONGEST_FIELD]
        found = parameters(b";" + line)
        name = found.get("filename") or found.get("name", "")
        names += [name] if name else []
        at = lower.find(b"name", stop) if stop >= 0 else -1
    return names
