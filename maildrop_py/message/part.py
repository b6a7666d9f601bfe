"""part: one part of a message: its header, its kind, and where its content is.

What programs write instead of what RFC 2045 allows is read too: several
Content-Type fields, comments and blanks in a type, a boundary without quotes.
Nothing raises; no content is looked at.
"""

from __future__ import annotations

from maildrop_py.message.headers import Headers
from maildrop_py.message.parameters import parameters
from maildrop_py.message.transfer_encoding import encoding_named, without_comments

MOST_FIELDS = 10  # of one name that are read
LONGEST_FIELD = 1 << 16  # bytes of a Content-Type or Content-Disposition that are read
_LONGEST_TYPE = 255  # characters, RFC 6838 4.2
_MOST_KINDS = 500  # that are remembered
LONGEST_BOUNDARY = 1000  # bytes, of RFC 2046's 70

OPAQUE = "application/octet-stream"
REPORTS = (
    *("message/delivery-status", "message/disposition-notification", "message/feedback-report"),
    *("message/global-delivery-status", "message/global-disposition-notification"),
    *("message/tracking-status", "message/global-headers"),
)
"""Messages by name that are text for people and machines, and not mail."""

NO_HEADERS = Headers(b"\n")
_UNLISTED = ("message/rfc822", "message/global", "message/delivery-status")


class Part:
    """One part: its header, and its content as data[start:end], encoded as it came.

    `type` is in lower case, as `text/plain`; `encoding` as `encoding_named` gives
    it; `is_opaque` says that a limit ended the reading here, `is_name` that the
    content is in other parts.
    """

    __slots__ = (
        *("_parameters", "data", "encoding", "end", "headers", "is_name", "is_opaque"),
        *("start", "type"),
    )

    def __init__(self, headers: Headers, data: bytes, start: int, default: str) -> None:
        self.headers = headers
        self.data = data
        self.start = start
        self.end = start
        self.is_name = False
        self.is_opaque = False
        self.type = _type_of(headers, default)
        fields = headers.all("Content-Transfer-Encoding")
        self.encoding = encoding_named(fields[0].raw) if fields else ""
        self._parameters: dict[str, dict[str, str]] = {}

    def parameters(self, name: str) -> dict[str, str]:
        """The parameters of all fields called `name`; the first of two alike counts."""
        found = self._parameters.get(name)
        if found is None:
            found = {}
            for field in self.headers.all(name)[:MOST_FIELDS]:
                raw = field.raw
                if b"=" in raw:
                    found = parameters(raw[:LONGEST_FIELD]) | found
            self._parameters[name] = found
        return found

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

    @property
    def is_container(self) -> bool:
        """Whether there are parts in it, and no content of its own."""
        return self.type.startswith("multipart/") or (
            self.type.startswith("message/") and self.type not in REPORTS
        )


def opaque_part(data: bytes, start: int, end: int) -> Part:
    """A part of unknown type, of which nothing is known but where it is."""
    part = Part(NO_HEADERS, data, start, OPAQUE)
    part.is_opaque = True
    part.end = end
    return part


def _type_of(headers: Headers, default: str) -> str:
    """The type in the first Content-Type that names a container, else in the first of all."""
    fields = headers.all("Content-Type")
    if not fields:
        return default
    kinds = [_kind(field.raw) for field in fields[:MOST_FIELDS]]
    return next((kind for kind in kinds if kind.startswith(("multipart/", "message/"))), kinds[0])


def _kind(raw: bytes) -> str:
    """`type/subtype` in lower case; text/plain where it is not one (RFC 2045 5.2)."""
    kind = raw.partition(b";")[0]
    if b"(" in kind:
        return _read_kind(without_comments(raw[:LONGEST_FIELD]).partition(b";")[0])
    found = _kinds.get(kind)
    if found is None:
        found = _read_kind(kind)
        if len(kind) <= _LONGEST_TYPE and len(_kinds) < _MOST_KINDS:
            _kinds[kind] = found
    return found


_kinds: dict[bytes, str] = {}
"""What types were read as: most mail has one of a few."""


def _read_kind(kind: bytes) -> str:
    words = str(kind, "latin-1").strip(" \t\"'").lower().split()
    if len(words) > 1 and not _is_type(words[0]):  # blanks around the slash
        words = ["".join(words[:3])]
    if not (words and _is_type(words[0])):
        return "text/plain"
    return "".join(char if " " < char < "\x7f" else "?" for char in words[0][:_LONGEST_TYPE])


def is_listed(kind: str) -> bool:
    """Whether a container is an attachment without a name: a message that is not mail."""
    return kind.startswith("message/") and kind not in _UNLISTED


def _is_type(word: str) -> bool:
    return word.count("/") == 1 and word[0] != "/" and word[-1] != "/"


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
