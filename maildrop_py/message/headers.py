"""headers: the fields of a message's header, and the header as procmail sees it.

A name is searched for in the head only when it is asked for; values are
unfolded and decoded when used. Nothing here raises, whatever the bytes are, and
the cost of each question is linear in the length of the head.

Lines end in LF, CR LF or, where the header has no LF at all, bare CR. The
header ends at the first blank line. Blank lines and a `From ` line on top are not
part of the message. Lines that are not a field (no colon, white space in the name,
`>From `) are passed over, as procmail does.

Known limits: a stray CR inside a line of a message with LF is kept in `raw`;
a field name that is not ASCII is taken as Latin-1.
"""

from __future__ import annotations

from maildrop_py.message.extent import (
    behind_blank_lines,
    from_line_of,
    has_bare_cr,
    head_end,
    message_start,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.message.addresses import Address

_WHITE = b" \t"
_SPACE, _TAB = _WHITE
_WORTH_COLLECTING = 6  # searches, each of which goes through the whole head
_BLANKS = b" \t\n\r\v\f"
_LONGEST_NAME = 1000  # bytes
_MOST_LOWERED = 1000


class Field:
    """One header field: `name` as written, `raw` and `value` without folding.

    `span` is (start, end) in the head, all its lines with their ends, so that
    `head[:start] + head[end:]` is the head without it.
    """

    __slots__ = ("_block", "_colon", "_value", "addresses", "span")

    def __init__(self, block: _Block, start: int, colon: int, end: int) -> None:
        self._block = block
        self._colon = colon
        self._value: str | None = None
        self.addresses: list[Address] | None = None  # kept here by addresses.in_header
        self.span = (start, end)

    @property
    def name(self) -> str:
        """The name as written."""
        return str(self._block.text[self.span[0] : self._colon].rstrip(), "latin-1")

    @property
    def raw(self) -> bytes:
        """The value's bytes: line ends taken out (RFC 5322 2.2.3), ends stripped, not decoded."""
        raw = self._block.text[self._colon + 1 : self.span[1]].strip(b" \t\r\n")
        if b"\n" in raw:
            raw = raw.replace(b"\r\n", b"").replace(b"\n", b"")
        return raw

    @property
    def charset(self) -> str:
        """What raw 8-bit bytes in the value may be in: the body's charset, if declared."""
        return self._block.charset

    @property
    def value(self) -> str:
        """The text for people: RFC 2047 words and raw 8-bit decoded, controls are spaces."""
        if self._value is None:
            self._value = self._decode()
        return self._value

    def _decode(self) -> str:
        raw = self.raw
        if raw.isascii() and b"=?" not in raw:
            plain = str(raw, "ascii")
            if plain.isprintable():
                return plain
        from maildrop_py.message.encoded_words import decode_value

        return decode_value(raw, "" if raw.isascii() else self.charset)

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.raw!r})"


class Headers:
    """The fields of a message's head, in order, found by name whatever its case.

    `is_cut` says that nothing is behind the header; then its end is not looked for.
    """

    __slots__ = ("_block", "_fields", "_found", "_unfolded", "head")

    def __init__(self, head: bytes, is_cut: bool = False) -> None:
        self.head = head
        self._block = _Block(head, is_cut)
        self._fields: list[Field] | None = None
        self._found: dict[str, list[Field]] = {}
        self._unfolded: bytes | None = None

    @property
    def fields(self) -> Sequence[Field]:
        """All fields from the top."""
        if self._fields is None:
            self._fields = _read_fields(self._block)
        return self._fields

    def all(self, name: str) -> list[Field]:
        """The fields called `name`, from the top; do not change the list."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = _find_fields(self._block, name)
        return found

    def first(self, name: str) -> str | None:
        """The decoded value of the topmost field called `name`; None if there is none."""
        found = self.all(name)
        return found[0].value if found else None

    def may_have(self, names: frozenset[bytes]) -> bool:
        """Whether there may be a field with one of `names`, in lower case.

        It costs no more for many names than for one.
        """
        return not names.isdisjoint(self._block.spans)

    def any_begins(self, beginnings: Sequence[bytes]) -> bool:
        """Whether a field's name may begin with one of `beginnings`, in lower case.

        A quick look that is never wrongly False: most messages need no other.
        """
        lower = self._block.lower
        return any(b"\n" + beginning in lower for beginning in beginnings)

    @property
    def lines(self) -> bytes:
        """The header's lines as they are, but for bare CR, which is LF here."""
        block = self._block
        return block.text[block.start : block.end]

    @property
    def begins_with_field(self) -> bool:
        """Whether the first line is a field; without one, there may be no header at all."""
        text, start = self._block.text, self._block.start
        return _colon(text[start : start + _LONGEST_NAME].partition(b"\n")[0]) >= 0

    @property
    def is_cr_only(self) -> bool:
        """Whether the header's lines end in CR without LF."""
        return self._block.is_cr_only

    @property
    def charset(self) -> str:
        """The charset that Content-Type declares for the body, "" if none."""
        return self._block.charset

    @property
    def from_line(self) -> bytes | None:
        """The mbox `From ` line on top, without its line end."""
        return from_line_of(self._block.text) or None

    @property
    def unfolded(self) -> bytes:
        """The raw header block as procmail matches its `*` lines against it.

        The line feed before a continuation line is a space, and the white space
        of that line stays; `From ` line and closing blank line are there; CR LF
        is LF. (procmail 3.24, concon() in src/mailfold.c.)
        """
        if self._unfolded is None:
            self._unfolded = self._unfold()
        return self._unfolded

    def _unfold(self) -> bytes:
        block = self._block
        text = block.text[block.start : block.end]
        from_line = self.from_line
        if from_line is not None:
            text = from_line + b"\n" + text
        if b"\r" in text:
            text = text.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
        text = text.rstrip(b"\n") + b"\n\n"
        return text.replace(b"\n ", b"  ").replace(b"\n\t", b" \t")


class _Block:
    """The head that fields are cut from: bare CR made LF, so that offsets stay."""

    __slots__ = ("_asked", "_charset", "_lower", "_spans", "end", "is_cr_only", "start", "text")

    def __init__(self, head: bytes, is_cut: bool) -> None:
        self.start = message_start(head) or behind_blank_lines(head, 0)
        has_cr = b"\r" in head
        self.is_cr_only = has_cr and has_bare_cr(head, self.start)
        self.text = head.replace(b"\r", b"\n") if self.is_cr_only else head
        end = -1 if is_cut and not has_cr else head_end(self.text)
        self.end = end if end >= 0 else len(head)
        self._lower: bytes | None = None
        self._asked = 0
        self._spans: dict[bytes, list[Span]] | None = None
        self._charset: str | None = None

    @property
    def lower(self) -> bytes:
        """A line feed and the text in lower case: each line's offset is that of its LF."""
        if self._lower is None:
            blank = b"\n" * (self.start + 1)
            self._lower = blank + self.text[self.start : self.end].lower()
        return self._lower

    def spans_of(self, name: bytes) -> list[Span]:
        """Where the fields of that name, in lower case, are.

        All names are looked at when so many were asked for that it pays.
        """
        if self._spans is None:
            self._asked += 1
            if self._asked < _WORTH_COLLECTING:
                return _search(self, name)
        return self.spans.get(name) or _NOWHERE

    @property
    def spans(self) -> dict[bytes, list[Span]]:
        """Where the fields of each name, in lower case, are."""
        if self._spans is None:
            self._spans = _all_spans(self)
        return self._spans

    @property
    def charset(self) -> str:
        """The charset that the topmost Content-Type declares, "" if none."""
        if self._charset is None:
            found = _find_fields(self, "Content-Type")
            self._charset = _charset_parameter(found[0].raw) if found else ""
        return self._charset


Span = tuple[int, int, int]
"""Offsets of a field in the head: of its name, of its colon, and behind its last line."""

_NOWHERE: list[Span] = []
_lowered: dict[str, bytes] = {}
"""Names that were asked for, as they are searched for: rules ask every message for the same."""


def _find_fields(block: _Block, name: str) -> list[Field]:
    """The fields of one name, for which less is to be done than to take the whole head apart."""
    lowered = _lowered.get(name)
    if lowered is None:
        lowered = name.encode("latin-1", "replace").lower()
        if len(_lowered) < _MOST_LOWERED:
            _lowered[name] = lowered
    return [Field(block, *span) for span in block.spans_of(lowered)]


def _search(block: _Block, name: bytes) -> list[Span]:
    """Where the fields of that name, in lower case, are; nothing else is looked at."""
    text, lower = block.text, block.lower
    wanted = b"\n" + name
    found = []
    start = lower.find(wanted)
    while start >= 0:
        end = _field_end(text, start, block.end)
        colon = _colon(text[start:end])
        if colon >= 0 and len(text[start : start + colon].rstrip()) == len(name):
            found.append((start, start + colon, end))
        start = lower.find(wanted, end)
    return found


def _all_spans(block: _Block) -> dict[bytes, list[Span]]:
    start = block.start
    lines = block.lower[start + 1 :].replace(b"\n ", b"\v ").replace(b"\n\t", b"\v\t")
    spans: dict[bytes, list[Span]] = {}
    for line in lines.split(b"\n"):
        end = start + len(line) + 1
        colon = line.find(b":")
        if colon > 0:
            span = (start, start + colon, end if end < block.end else block.end)
            name = line[:colon].rstrip()
            if name in spans:
                spans[name].append(span)
            else:
                spans[name] = [span]
        start = end
    return spans


def _read_fields(block: _Block) -> list[Field]:
    start = block.start
    lines = block.text[start : block.end]
    lines = lines.replace(b"\n ", b"\v ").replace(b"\n\t", b"\v\t")
    fields = []
    for line in lines.split(b"\n"):
        end = start + len(line) + 1
        colon = _colon(line)
        if colon >= 0:
            fields.append(Field(block, start, start + colon, min(end, block.end)))
        start = end
    return fields


def _field_end(text: bytes, start: int, size: int) -> int:
    """The offset behind the line at `start` and the lines that continue it."""
    end = text.find(b"\n", start, size) + 1 or size
    while end < size and text[end] in (_SPACE, _TAB):
        end = text.find(b"\n", end, size) + 1 or size
    return end


def _colon(line: bytes) -> int:
    """The offset of the colon behind the field's name; -1 if the line is not a field."""
    colon = line.find(b":")
    if colon <= 0 or line[0] in _BLANKS or len(line[:colon].split(None, 2)) != 1:
        return -1
    return colon


def _charset_parameter(value: bytes) -> str:
    value = value.lower().partition(b"charset")[2].lstrip(b" \t*")
    if not value.startswith(b"="):
        return ""
    label = value[1:100].lstrip(b" \t\"'").partition(b";")[0].split(None, 1)
    return str(label[0].strip(b"\"'"), "latin-1") if label else ""
