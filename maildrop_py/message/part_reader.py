"""part_reader: where the parts of a message begin and end (RFC 2045, RFC 2046).

One search for lines that may be boundaries goes through the exact bytes; each
such line is looked up among the boundaries of the multiparts that are open.
Nothing is decoded, but for messages in messages that are themselves encoded.
Time and memory are linear, whatever the mail: there are limits on depth, on
parts, on lines that look like boundaries, on the header of a part, and on what
is decoded to be read again. Beyond a limit the rest is one opaque part, so that
nothing is hidden by being too much; `cuts` names in words what was reached.

More is read than the RFCs allow, because something else may read it so:

- parts behind the closing boundary of their multipart;
- a boundary with something behind it in its line (RFC 2046 5.1.1 allows to
  compare no more than the boundary);
- a multipart or message in an encoding that RFC 2045 6.4 forbids, whether it is
  so encoded or says so only.

Known limits: text in front of the first boundary and behind the last one is
not a part. CR alone ends a line only where it does so in the whole header.
"""

from __future__ import annotations

from maildrop_py.message.declaration import is_listed
from maildrop_py.message.headers import Headers
from maildrop_py.message.part import (
    LONGEST_BOUNDARY,
    NO_HEADERS,
    OPAQUE,
    Part,
    body_start,
    boundaries_of,
)
from maildrop_py.message.transfer_encoding import decoded, seems_encoded

MOST_LEVELS = 50
MOST_PARTS = 1000
MOST_BOUNDARY_LINES = 100_000
LONGEST_PART_HEADER = 1 << 16  # bytes
_MOST_DECODED = 2  # times the message: base64 in base64 takes 1.75


class _Multipart:
    """A multipart whose closing boundary has not come yet."""

    __slots__ = ("boundaries", "level", "part", "seen")

    def __init__(self, part: Part, level: int, boundaries: list[bytes]) -> None:
        self.part = part
        self.level = level
        self.boundaries = boundaries
        self.seen = False


class PartReader:
    """Reads one message; `parts` are its leaves, and named containers, in order."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.cuts: dict[str, None] = {}
        self.levels = 0  # of the deepest part
        self._lines = 0
        self._to_decode = 0  # bytes that may still be decoded to be read again

    def read(self, headers: Headers, data: bytes, start: int) -> None:
        """The parts of the message with these headers, whose body begins at data[start]."""
        self._to_decode = _MOST_DECODED * len(data)
        _Walk(self, data, 0).walk(Part(headers, data, start, "text/plain"))

    def reached(self, limit: str) -> None:
        """Note that a limit was reached."""
        self.cuts[limit] = None

    def next_line(self) -> bool:
        """Whether one more line that may be a boundary is looked at."""
        self._lines += 1
        return self._lines <= MOST_BOUNDARY_LINES

    def read_again(self, part: Part, level: int) -> bool:
        """Read the parts in an encoded container; whether there were any."""
        size = part.end - part.start
        if size > self._to_decode:
            self.reached("too much is encoded inside of what is encoded")
            part.is_opaque = True
            return False
        self._to_decode -= size
        data = decoded(part.data[part.start : part.end], part.encoding)
        inner = Part(part.headers, data, 0, part.type)
        inner.encoding = ""
        before = len(self.parts)
        _Walk(self, data, level).walk(inner)
        if inner in self.parts[before:]:  # no part was found in it
            del self.parts[before:]
            return False
        return True


class _Walk:
    """One pass through bytes; where they are decoded from a part, there is one more."""

    def __init__(self, reader: PartReader, data: bytes, level: int) -> None:
        self.reader = reader
        self.data = data
        self.level = level
        self.open: list[_Multipart] = []
        self.boundaries: dict[bytes, _Multipart] = {}
        self.at = 0  # from here on boundaries are looked for
        self.leaf: Part | None = None

    def walk(self, first: Part) -> None:
        """Read all parts, beginning with the outermost."""
        self._enter(first)
        while self.open:
            found = self._next_boundary()
            if found is None:
                break
            multipart, end, behind, closes = found
            self._leave(end)
            self._close(self.open.index(multipart) + 1, end)
            if closes:
                self.at = behind
            elif len(self.reader.parts) >= MOST_PARTS:
                self.reader.reached(f"more than {MOST_PARTS} parts")
                self._opaque_rest(behind)
                return
            else:
                self._begin(behind, multipart)
        self._leave(len(self.data))
        self._close(0, len(self.data))

    def _begin(self, start: int, multipart: _Multipart) -> None:
        """A part of `multipart` begins at `start`."""
        multipart.seen = True
        is_digest = multipart.part.type == "multipart/digest"
        self.level = multipart.level
        self._enter(self._entity(start, "message/rfc822" if is_digest else "text/plain"))

    def _entity(self, start: int, default: str) -> Part:
        """The part, or message in one, whose header begins at `start`."""
        data = self.data
        if data.startswith((b"\n", b"\r\n"), start):
            body = data.find(b"\n", start) + 1
            return Part(NO_HEADERS, data, body, default)
        if start >= len(data):
            return Part(NO_HEADERS, data, start, default)
        limit = start + LONGEST_PART_HEADER
        body = _behind_blank_line(data, start, limit)
        cut = self._boundary_within(start, body if body >= 0 else limit)
        if cut >= 0:
            body = cut
        end = body if body >= 0 else min(limit, len(data))
        part = Part(Headers(data[start:end], is_cut=True), data, end, default)
        part.start = body_start(part.headers, start, end)
        if body < 0 and end == limit:
            self.reader.reached(f"the header of a part has more than {LONGEST_PART_HEADER} bytes")
            part.is_opaque = True
        return part

    def _boundary_within(self, start: int, end: int) -> int:
        """Where, in a header, a line of an open boundary begins; -1 if none does."""
        at = self._line_that_may_be_one(start, end)
        while at >= 0 and self.reader.next_line():
            if self._boundary_at(at) is not None:
                return at
            at = self._line_that_may_be_one(at + 2, end)
        return -1

    def _line_that_may_be_one(self, start: int, end: int | None = None) -> int:
        """Where the next line that begins with -- is, at or behind `start`; -1 if none is."""
        if start == 0 and self.data.startswith(b"--"):
            return 0
        found = self.data.find(b"\n--", max(start - 1, 0), end)
        return found + 1 if found >= 0 else -1

    def _enter(self, part: Part) -> None:
        """What a part is decides how the search goes on."""
        self.leaf = part
        self.at = part.start
        while part.is_container and not part.is_opaque:
            self.level += 1
            self.reader.levels = max(self.reader.levels, self.level)
            if self.level > MOST_LEVELS:
                self.reader.reached(f"more than {MOST_LEVELS} levels")
                part.is_opaque = True
                return
            if part.type.startswith("multipart/"):
                self._open(part)
                return
            if part.encoding and seems_encoded(self.data, part.start, part.encoding):
                return
            part.encoding = ""
            self._add_named(part)
            self.leaf = part = self._entity(part.start, "text/plain")
            self.at = part.start

    def _open(self, part: Part) -> None:
        boundaries = boundaries_of(part)
        if not boundaries:
            return  # without a boundary it is text
        multipart = _Multipart(part, self.level, boundaries)
        self.open.append(multipart)
        self.boundaries.update(dict.fromkeys(boundaries, multipart))
        self.leaf = None

    def _leave(self, end: int) -> None:
        """The part that was being read ends at `end`."""
        part, self.leaf = self.leaf, None
        if part is None:
            return
        part.end = max(end, part.start)
        self._add(part)

    def _add(self, part: Part) -> None:
        """A part without others in it, or one in whose encoded content they may be."""
        is_encoded = part.encoding and part.is_container and not part.is_opaque
        if not (is_encoded and self.reader.read_again(part, self.level)):
            self.reader.parts.append(part)

    def _add_named(self, part: Part) -> None:
        """A container that may be an attachment too: nothing but its name and type count."""
        head = part.headers.head.lower()
        if b"name" in head or b"attachment" in head or is_listed(part.type):
            named = Part(part.headers, part.data, part.start, part.type)
            named.is_name = True
            self.reader.parts.append(named)

    def _close(self, number: int, end: int) -> None:
        """Only the first `number` multiparts stay open."""
        while len(self.open) > number:
            multipart = self.open.pop()
            for boundary in multipart.boundaries:
                self.boundaries.pop(boundary, None)
            if multipart.seen:
                self._add_named(multipart.part)
            else:
                multipart.part.end = max(end, multipart.part.start)
                self._add(multipart.part)
            for outer in self.open:  # they may have the same
                self.boundaries.update(dict.fromkeys(outer.boundaries, outer))

    def _next_boundary(self) -> tuple[_Multipart, int, int, bool] | None:
        """The next line of an open boundary.

        Its multipart, the end of what is before it, where the next line
        begins, and whether it closes the multipart.
        """
        data = self.data
        at = self._line_that_may_be_one(self.at)
        while at >= 0:
            if not self.reader.next_line():
                self.reader.reached(f"more than {MOST_BOUNDARY_LINES} lines that begin with --")
                self._opaque_rest(at)
                return None
            found = self._boundary_at(at)
            if found is not None:
                end = at - 2 if data[at - 2 : at] == b"\r\n" else at - 1
                behind = data.find(b"\n", at) + 1 or len(data) + 1
                return found[0], end, behind, found[1]
            at = self._line_that_may_be_one(at + 2)
        return None

    def _boundary_at(self, at: int) -> tuple[_Multipart, bool] | None:
        """The multipart whose boundary is in the line at `at`, and whether it closes it."""
        line = self.data[at : at + LONGEST_BOUNDARY + 8].partition(b"\n")[0].rstrip(b" \t\r")
        multipart = self.boundaries.get(line)
        if multipart is not None:
            return multipart, False
        if line.endswith(b"--"):
            multipart = self.boundaries.get(line[:-2])
            if multipart is not None:
                return multipart, True
        if not line.startswith(tuple(self.boundaries)):
            return None
        longest = max((b for b in self.boundaries if line.startswith(b)), key=len)
        return self.boundaries[longest], line.startswith(longest + b"--")

    def _opaque_rest(self, start: int) -> None:
        """All from `start` on is one part of unknown type."""
        self._leave(start)
        part = Part(NO_HEADERS, self.data, start, OPAQUE)
        part.is_opaque = True
        part.end = max(start, len(self.data))
        self.open.clear()
        self.reader.parts.append(part)


def _behind_blank_line(data: bytes, start: int, limit: int) -> int:
    """Where the body begins of the part that begins at `start`; -1 if not before `limit`."""
    end = data.find(b"\n\n", start, limit)
    other = data.find(b"\n\r\n", start, end if end >= 0 else limit)
    if other >= 0:
        return other + 3
    return end + 2 if end >= 0 else -1
