"""header_block: the bytes of a header, and where in them the fields of a name are.

A name is searched for in the head only when it is asked for. When many were asked for,
where all fields are is noted in one pass: at once where many were asked for of the header
before, since the same rules ask for the same names.

Looked for by `find`, since `in` with bytes takes twice as long: CPython tries them as a
number first, and throws the error away.

Guarantee: offsets are those in the head; the cost of each question is linear in its length.
"""

from __future__ import annotations

from maildrop_py.message.extent import behind_blank_lines, has_bare_cr, head_end, message_start

_SPACE, _TAB = b" \t"
_WORTH_COLLECTING = 6  # searches, each of which goes through the whole head
_BLANKS = b" \t\n\r\v\f"

Span = tuple[int, int, int]
"""Offsets of a field in the head: of its name, of its colon, and behind its last line."""

_NOWHERE: list[Span] = []


class _Habit:
    """How many names were asked for of the header at hand, and of the one before."""

    __slots__ = ("before", "now")

    def __init__(self) -> None:
        self.before = self.now = 0


_habit = _Habit()


class HeaderBlock:
    """The head that fields are cut from: bare CR made LF, so that offsets stay."""

    __slots__ = (
        "_asked",
        "_charset",
        "_lower",
        "_spans",
        "end",
        "is_cr_only",
        "start",
        "text",
        "top",
    )

    def __init__(self, head: bytes, is_cut: bool) -> None:
        self.top = message_start(head)
        self.start = self.top or behind_blank_lines(head, 0)
        has_cr = head.find(b"\r") >= 0
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
        """Where the fields of that name, in lower case, are; do not change the list.

        All names are looked at when so many were asked for that it pays.
        """
        if self._is_worth_a_search():
            return _search(self, name)
        return self.spans.get(name, _NOWHERE)

    def content_spans(self) -> dict[bytes, list[Span]]:
        """Where the fields are whose names begin with `content-`, and perhaps others."""
        if self._is_worth_a_search():
            return _search_content(self)
        return self.spans

    def _is_worth_a_search(self) -> bool:
        """Whether one more search costs less than to look at all names."""
        if not self._asked:
            _habit.before = _habit.now
        _habit.now = self._asked = self._asked + 1
        return self._spans is None and max(self._asked, _habit.before) < _WORTH_COLLECTING

    @property
    def spans(self) -> dict[bytes, list[Span]]:
        """Where the fields of each name, in lower case, are."""
        if self._spans is None:
            self._spans = _all_spans(self)
        return self._spans

    @property
    def names(self) -> bytes:
        """All names in lower case, each behind a line feed; other text too, unless it is known."""
        return self.lower if self._spans is None else b"\n" + b"\n".join(self._spans)

    def value_at(self, colon: int, end: int) -> bytes:
        """The bytes of a value: line ends taken out (RFC 5322 2.2.3), ends stripped."""
        value = self.text[colon + 1 : end].strip(b" \t\r\n")
        if value.find(b"\n") >= 0:
            value = value.replace(b"\r\n", b"").replace(b"\n", b"")
        return value

    @property
    def charset(self) -> str:
        """The charset that the topmost Content-Type declares, "" if none."""
        if self._charset is None:
            found = self.spans_of(b"content-type")
            self._charset = _charset_parameter(self.value_at(*found[0][1:])) if found else ""
        return self._charset


def _search(block: HeaderBlock, name: bytes) -> list[Span]:
    """Where the fields of that name, in lower case, are; nothing else is looked at."""
    text, lower = block.text, block.lower
    wanted = b"\n" + name
    found = []
    start = lower.find(wanted)
    while start >= 0:
        end = _field_end(text, start, block.end)
        colon = colon_of(text[start:end])
        if colon >= 0 and len(text[start : start + colon].rstrip()) == len(name):
            found.append((start, start + colon, end))
        start = lower.find(wanted, end)
    return found


def _search_content(block: HeaderBlock) -> dict[bytes, list[Span]]:
    """Where the fields are whose names begin with `content-`: one search for all of them."""
    text, lower = block.text, block.lower
    spans: dict[bytes, list[Span]] = {}
    start = lower.find(b"\ncontent-")
    while start >= 0:
        end = _field_end(text, start, block.end)
        colon = colon_of(text[start:end])
        if colon >= 0:
            name = text[start : start + colon].rstrip().lower()
            spans.setdefault(name, []).append((start, start + colon, end))
        start = lower.find(b"\ncontent-", end)
    return spans


def _all_spans(block: HeaderBlock) -> dict[bytes, list[Span]]:
    start = block.start
    lines = block.lower[start + 1 :].replace(b"\n ", b"\v ").replace(b"\n\t", b"\v\t")
    spans: dict[bytes, list[Span]] = {}
    for line in lines.split(b"\n"):
        name, colon, _ = line.partition(b":")
        end = start + len(line) + 1
        if colon and name:
            span = (start, start + len(name), end if end < block.end else block.end)
            name = name.rstrip()
            if name in spans:
                spans[name].append(span)
            else:
                spans[name] = [span]
        start = end
    return spans


def _field_end(text: bytes, start: int, size: int) -> int:
    """The offset behind the line at `start` and the lines that continue it."""
    end = text.find(b"\n", start, size) + 1 or size
    while end < size and text[end] in (_SPACE, _TAB):
        end = text.find(b"\n", end, size) + 1 or size
    return end


def colon_of(line: bytes) -> int:
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
