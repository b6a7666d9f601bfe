"""part: one part of a message: its header, its kind, and where its content is.

What programs write instead of what RFC 2045 allows is read too, such as a boundary
without quotes. Nothing raises; no content is looked at.
"""

from __future__ import annotations

from maildrop_py.message.declaration import LONGEST_FIELD, MOST_FIELDS, declaration
from maildrop_py.message.headers import Headers
from maildrop_py.message.parameters import parameters

LONGEST_BOUNDARY = 1000  # bytes, of RFC 2046's 70

OPAQUE = "application/octet-stream"
NO_HEADERS = Headers(b"\n")


class Part:
    """One part: its header, and its content as data[start:end], encoded as it came.

    `declared` is what the header says of it; `encoding` is "" too where that is not true.
    `is_opaque` says that a limit ended the reading here, `is_name` that the content is in
    other parts.
    """

    __slots__ = ("data", "declared", "encoding", "end", "headers", "is_name", "is_opaque", "start")

    def __init__(self, headers: Headers, data: bytes, start: int, default: str) -> None:
        self.headers = headers
        self.data = data
        self.start = start
        self.end = start
        self.is_name = False
        self.is_opaque = False
        self.declared = declaration(headers, default)
        self.encoding = self.declared.encoding

    @property
    def type(self) -> str:
        """Its type in lower case, as `text/plain`."""
        return self.declared.type

    @property
    def is_container(self) -> bool:
        """Whether there are parts in it, and no content of its own."""
        return self.declared.is_container

    @property
    def content_size(self) -> int:
        """Bytes of the content, decoded; nothing is decoded for this."""
        size = self.end - self.start
        if self.encoding != "base64" or not self.data:
            return size
        ends = self.data.count(b"\n", self.start, self.end)
        ends += self.data.count(b"\r", self.start, self.end)
        filled = self.data.count(b"=", max(self.start, self.end - 4), self.end)
        return max(0, (size - ends) * 3 // 4 - filled)


def opaque_part(data: bytes, start: int, end: int) -> Part:
    """A part of unknown type, of which nothing is known but where it is."""
    part = Part(NO_HEADERS, data, start, OPAQUE)
    part.is_opaque = True
    part.end = end
    return part


def body_start(headers: Headers, start: int, end: int, top: int = 0) -> int:
    """Where the text begins of a part whose header seems to be data[start:end].

    Without a field there is no header, and without a blank line none behind the
    last field. `top` bytes of the head, a `From ` line and blank lines, are not in data.
    """
    has_blank_line = headers.head.endswith((b"\n\n", b"\n\r\n", b"\r\r"))
    if has_blank_line and headers.begins_with_field:
        return end
    if not headers.fields:
        return start
    if has_blank_line:
        return end
    behind = headers.fields[0].span[1]
    for field in headers.fields[1:]:
        if field.span[0] != behind:
            break
        behind = field.span[1]
    return start + behind - top


def boundaries_of(part: Part) -> list[bytes]:
    """The lines that separate a multipart's parts; several where it is not clear which."""
    found: list[bytes] = []
    for field in part.headers.all("Content-Type")[:MOST_FIELDS]:
        raw = field.raw[:LONGEST_FIELD]
        if b"oundary" not in raw and b"OUNDARY" not in raw.upper():
            continue
        text = parameters(str(raw, "latin-1").encode(), "utf-8").get("boundary", "")
        boundary = text.encode("latin-1", "replace")[:LONGEST_BOUNDARY].rstrip()
        if boundary:
            found.append(b"--" + boundary)
            word = boundary.split(None, 1)[0]
            found += [b"--" + word] if word != boundary and b'"' not in raw else []
    return found
