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

from maildrop_py.memo import Memo
from maildrop_py.message.extent import from_line_of
from maildrop_py.message.header_block import HeaderBlock, colon_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.message.addresses import Address
    from maildrop_py.message.declaration import Declaration

_LONGEST_NAME = 1000  # bytes


class Field:
    """One header field: `name` as written, `raw` and `value` without folding.

    `span` is (start, end) in the head, all its lines with their ends, so that
    `head[:start] + head[end:]` is the head without it.
    """

    __slots__ = ("_block", "_colon", "_value", "addresses", "span")

    def __init__(self, block: HeaderBlock, start: int, colon: int, end: int) -> None:
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
        return self._block.value_at(self._colon, self.span[1])

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
        if raw.isascii() and raw.find(b"=?") < 0:
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

    __slots__ = ("_block", "_fields", "_found", "_unfolded", "declared", "head")

    def __init__(self, head: bytes, is_cut: bool = False) -> None:
        self.head = head
        self.declared: Declaration | None = None  # kept here by declaration.declaration
        self._block = HeaderBlock(head, is_cut)
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
            block = self._block
            spans = block.spans_of(_lowered[name])
            found = [Field(block, *span) for span in spans] if spans else _NO_FIELDS
            self._found[name] = found
        return found

    def content_raws(self, names: Sequence[bytes]) -> list[tuple[bytes, ...]]:
        """For each of `names`, `content-…` in lower case, `Field.raw` of all its fields."""
        block = self._block
        spans = block.content_spans()
        return [
            tuple([block.value_at(colon, end) for _, colon, end in spans.get(name, ())])
            for name in names
        ]

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
        find = self._block.names.find
        return any(find(b"\n" + beginning) >= 0 for beginning in beginnings)

    @property
    def lines(self) -> bytes:
        """The header's lines as they are, but for bare CR, which is LF here."""
        block = self._block
        return block.text[block.start : block.end]

    @property
    def top(self) -> int:
        """How many bytes of the head are a `From ` line, and blank lines, on top."""
        return self._block.top

    @property
    def begins_with_field(self) -> bool:
        """Whether the first line is a field; without one, there may be no header at all."""
        text, start = self._block.text, self._block.start
        return colon_of(text[start : start + _LONGEST_NAME].partition(b"\n")[0]) >= 0

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


_NO_FIELDS: list[Field] = []

_lowered: Memo[str, bytes] = Memo(lambda name: name.encode("latin-1", "replace").lower())
"""Names that were asked for, as they are searched for: rules ask every message for the same."""


def _read_fields(block: HeaderBlock) -> list[Field]:
    start = block.start
    lines = block.text[start : block.end]
    lines = lines.replace(b"\n ", b"\v ").replace(b"\n\t", b"\v\t")
    fields = []
    for line in lines.split(b"\n"):
        end = start + len(line) + 1
        colon = colon_of(line)
        if colon >= 0:
            fields.append(Field(block, start, start + colon, min(end, block.end)))
        start = end
    return fields
