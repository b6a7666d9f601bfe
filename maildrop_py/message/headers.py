"""headers: the header of a message as an index of its fields, and as procmail sees it.

One pass over the head finds the fields; their values are unfolded and decoded
only when asked for. Nothing here raises, whatever the bytes are, and the cost
is linear in the length of the head.

Lines end in LF, CR LF or (where the header has no LF at all) bare CR. The
header ends at the first blank line; blank lines before it are skipped and
lines that are no field (no colon, a name with spaces, `>From `) are passed
over, both as procmail does. A `From ` line on top is no field.

Known limits: a stray CR inside a line of a message with LF is kept in `raw`;
a field name is taken as Latin-1 when it is not ASCII.
"""

from __future__ import annotations

HEAD_LIMIT = 1 << 20  # bytes in which the end of the header is looked for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SPACE, _TAB, _COLON = 32, 9, 58


def head_end(data: bytes) -> int:
    """Where the body begins: the offset behind the blank line, -1 if `data` has none."""
    start = _skip_blank_lines(data)
    if _has_bare_cr(data, start):
        end = data.find(b"\r\r", start)
        return end + 2 if end >= 0 else -1
    end = -1
    for blank in (b"\n\n", b"\n\r\n", b"\n\r\r\n"):
        found = data.find(blank, start, end if end >= 0 else len(data))
        if found >= 0:
            end = found + len(blank)
    return end


def from_line_end(data: bytes) -> int:
    """The length of the mbox `From ` line on top of `data`, line end included; 0 if none."""
    if not data.startswith(b"From ") or data[4:80].lstrip(b" \t").startswith(b":"):
        return 0
    newline = b"\r" if _has_bare_cr(data, 0) else b"\n"
    return data.find(newline) + 1 or len(data)


def _skip_blank_lines(data: bytes) -> int:
    if data[:1] not in (b"\n", b"\r"):
        return 0
    return len(data) - len(data.lstrip(b"\r\n"))


def _has_bare_cr(data: bytes, start: int) -> bool:
    """Whether lines end in CR alone: the header is over before any LF comes."""
    newline = data.find(b"\n", start)
    if newline < 0:
        return data.find(b"\r", start) >= 0
    blank = data.find(b"\r\r", start, newline)
    return blank >= 0 and bool(data[blank:newline].strip(b"\r"))


class _Block:
    """The head that fields are cut from, line ends made LF where they are bare CR."""

    __slots__ = ("_charset", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._charset: str | None = None

    @property
    def charset(self) -> str:
        """What Content-Type says of the body: raw 8-bit fields are mostly in it too."""
        if self._charset is None:
            self._charset = _content_charset(self.text)
        return self._charset


class Field:
    """One header field: `name` as written, `raw` and `value` without folding.

    `span` is (start, end) in the head, all its lines with their ends, so that
    `head[:start] + head[end:]` is the head without it.
    """

    __slots__ = ("_block", "_colon", "_value", "name", "span")

    def __init__(self, block: _Block, start: int, colon: int, end: int, name: str) -> None:
        self._block = block
        self._colon = colon
        self._value: str | None = None
        self.name = name
        self.span = (start, end)

    @property
    def raw(self) -> bytes:
        """The value's bytes: line ends taken out (RFC 5322 2.2.3), ends stripped, not decoded."""
        raw = self._block.text[self._colon + 1 : self.span[1]].strip(b" \t\r\n")
        if b"\n" in raw:
            raw = raw.replace(b"\r\n", b"").replace(b"\n", b"")
        return raw

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
        from maildrop_py.message.words import decode_value

        return decode_value(raw, "" if raw.isascii() else self._block.charset)

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.raw!r})"


class Headers:
    """The fields of a message's head, in order, found by name whatever its case."""

    __slots__ = ("_block", "_fields", "_index", "head")

    def __init__(self, head: bytes) -> None:
        self.head = head
        bare = _has_bare_cr(head, _skip_blank_lines(head))
        self._block = _Block(head.replace(b"\r", b"\n") if bare else head)
        self._fields: list[Field] | None = None
        self._index: dict[str, list[Field]] = {}

    @property
    def fields(self) -> Sequence[Field]:
        """All fields from the top."""
        if self._fields is None:
            self._fields = self._read_fields()
        return self._fields

    def all(self, name: str) -> list[Field]:
        """The fields called `name`, from the top; do not change the list."""
        if self._fields is None:
            self._fields = self._read_fields()
        return self._index.get(name.lower(), [])

    def first(self, name: str) -> str | None:
        """The decoded value of the topmost field called `name`; None if there is none."""
        found = self.all(name)
        return found[0].value if found else None

    @property
    def from_line(self) -> bytes | None:
        """The mbox `From ` line on top, without its line end."""
        end = from_line_end(self._block.text)
        return self._block.text[:end].rstrip(b"\r\n") if end else None

    @property
    def unfolded(self) -> bytes:
        """The raw header block as procmail matches its `*` lines against it.

        The line feed before a continuation line is a space, the white space of
        that line stays; `From ` line and closing blank line are there; CR LF is
        LF. (procmail 3.24, concon() in src/mailfold.c.)
        """
        text = self._block.text
        text = text[_skip_blank_lines(text) :]
        end = head_end(text)
        if end >= 0:
            text = text[:end]
        if b"\r" in text:
            text = text.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
        text = text.rstrip(b"\n") + b"\n\n"
        return text.replace(b"\n ", b"  ").replace(b"\n\t", b" \t")

    def _read_fields(self) -> list[Field]:
        block, text, index = self._block, self._block.text, self._index
        fields: list[Field] = []
        size = len(text)
        start = _skip_blank_lines(text)
        start = start or from_line_end(text)
        while start < size:
            if text[start] == 10 or (text[start] == 13 and not _line(text, start)):
                break
            end = _field_end(text, start, size)
            name, colon = _name(text, start, end)
            if name:
                field = Field(block, start, colon, end, name)
                fields.append(field)
                index.setdefault(name.lower(), []).append(field)
            start = end
        return fields


def _line(text: bytes, start: int) -> bytes:
    """The line at `start` without the carriage returns that end it."""
    return text[start : text.find(b"\n", start) + 1 or len(text)].rstrip(b"\r\n")


def _field_end(text: bytes, start: int, size: int) -> int:
    """The offset behind the line at `start` and the lines that continue it."""
    end = text.find(b"\n", start) + 1 or size
    while end < size and text[end] in (_SPACE, _TAB):
        end = text.find(b"\n", end) + 1 or size
    return end


def _name(text: bytes, start: int, end: int) -> tuple[str, int]:
    """The field's name and the offset of its colon; no name if it is no field."""
    colon = text.find(b":", start, end)
    if colon < 0:
        return "", colon
    name = text[start:colon].rstrip(b" \t")
    if name.isascii() and str(name, "ascii").isprintable() and b" " not in name:
        return str(name, "ascii"), colon
    return _odd_name(name), colon


def _odd_name(name: bytes) -> str:
    """A name with bytes that RFC 5322 does not allow; none if there is white space in it."""
    return "" if name.split(None, 1) != [name] else str(name, "latin-1")


def _content_charset(text: bytes) -> str:
    """The charset parameter of the topmost Content-Type field."""
    lower = b"\n" + text.lower()
    start = lower.find(b"\ncontent-type:")
    if start < 0:
        return ""
    field = lower[start + 1 : _field_end(lower, start + 1, len(lower))]
    value = field.partition(b"charset")[2].lstrip(b" \t*")
    if not value.startswith(b"="):
        return ""
    label = value[1:].lstrip(b" \t\r\n\"'").split(None, 1)[:1] or [b""]
    return str(label[0].split(b";")[0].strip(b"\"'"), "latin-1")
