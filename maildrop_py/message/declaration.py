"""declaration: what the header of a part says of its content: its type, encoding, name.

It depends on three fields alone, and most mail has one of a few spellings of these: what
they say is remembered. What programs write instead of what RFC 2045 allows is read too:
several Content-Type fields, comments and blanks in a type. Nothing raises.

Guarantee: no more than MOST_REMEMBERED are remembered, each of LONGEST_REMEMBERED bytes
at most, and none that a message has for itself: no file names, no boundaries.
"""

from __future__ import annotations

from maildrop_py.message.parameters import parameters
from maildrop_py.message.transfer_encoding import encoding_named, without_comments
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.headers import Headers

    Raws = tuple[bytes, ...]
    """The values of all fields of one name, as `Headers.raws` gives them."""

PLAIN = "text/plain"
"""The type of what declares none (RFC 2045 5.2)."""

_FIELDS = (b"content-type", b"content-disposition", b"content-transfer-encoding")
MOST_FIELDS = 10  # of one name that are read
LONGEST_FIELD = 1 << 16  # bytes of a Content-Type or Content-Disposition that are read
_LONGEST_TYPE = 255  # characters, RFC 6838 4.2
MOST_REMEMBERED, LONGEST_REMEMBERED = 500, 200

REPORTS = (
    *("message/delivery-status", "message/disposition-notification", "message/feedback-report"),
    *("message/global-delivery-status", "message/global-disposition-notification"),
    *("message/tracking-status", "message/global-headers"),
)
"""Messages by name that are text for people and machines, and not mail."""

_TEXT = ("text/", "multipart/")  # what has no parts and still is a multipart is a broken one
_UNLISTED = ("message/rfc822", "message/global", "message/delivery-status")


@record
class Declaration:
    """What a header says of what is behind it.

    `type` is in lower case, as `text/plain`; `encoding` as `encoding_named` gives it;
    `charset` and `name` are "" where none is declared. `is_attached` says that a
    Content-Disposition is `attachment`, `is_text` that people read it, `is_container`
    that there are parts in it, and no content of its own. `is_file` says that it is an
    attached file, unless it is a container.
    """

    type: str
    encoding: str
    charset: str
    name: str
    is_attached: bool
    is_text: bool
    is_container: bool
    is_file: bool


def declaration(headers: Headers, default: str = PLAIN) -> Declaration:
    """What these headers declare; `default` is the type where there is no Content-Type."""
    if headers.declared is not None and default == PLAIN:
        return headers.declared
    kinds, dispositions, encodings = headers.content_raws(_FIELDS)
    found = _declared(kinds, dispositions, encodings, default)
    if default == PLAIN:
        headers.declared = found
    return found


def _declared(kinds: Raws, dispositions: Raws, encodings: Raws, default: str) -> Declaration:
    """What these values declare together, which other parts may have declared before."""
    key = kinds, dispositions, encodings, default
    found = _remembered.get(key)
    if found is None:
        found = _read(kinds[:MOST_FIELDS], dispositions[:MOST_FIELDS], encodings[:1], default)
        length = sum(map(len, (*kinds, *dispositions, *encodings)))
        if length <= LONGEST_REMEMBERED and not (found.is_container or found.name):
            if len(_remembered) >= MOST_REMEMBERED:
                _remembered.clear()
            _remembered[key] = found
    return found


_remembered: dict[tuple[Raws, Raws, Raws, str], Declaration] = {}


def _read(kinds: Raws, dispositions: Raws, encodings: Raws, default: str) -> Declaration:
    kind = _type_of(kinds) if kinds else default
    words = [_disposition(raw) for raw in dispositions]
    is_container = kind.startswith("multipart/") or (
        kind.startswith("message/") and kind not in REPORTS
    )
    is_text = (kind.startswith(_TEXT) or kind in REPORTS) and words[:1] != ["attachment"]
    name, is_attached = _name_in(dispositions) or _name_in(kinds), "attachment" in words
    return Declaration(
        kind,
        encoding_named(encodings[0]) if encodings else "",
        _parameters_of(kinds).get("charset", "") if _may_have(b"charset", kinds) else "",
        name,
        is_attached,
        is_text,
        is_container,
        bool(name) or is_attached or is_listed(kind) or not (is_container or is_text),
    )


def _parameters_of(raws: Raws) -> dict[str, str]:
    """The parameters of fields; the first of two alike counts."""
    found: dict[str, str] = {}
    for raw in raws:
        if b"=" in raw:
            found = parameters(raw[:LONGEST_FIELD]) | found
    return found


def _name_in(raws: Raws) -> str:
    """The file name that fields of one kind give."""
    found = _parameters_of(raws) if _may_have(b"name", raws) else {}
    return found.get("filename") or found.get("name", "")


def _may_have(name: bytes, raws: Raws) -> bool:
    """Whether there can be a parameter whose name ends in `name`, however it is decoded."""
    return any(
        name in raw.lower() or not raw.isascii() or b"\x1b" in raw or b"~" in raw for raw in raws
    )


def _disposition(raw: bytes) -> str:
    """The first word of a Content-Disposition (RFC 2183), in lower case."""
    word = without_comments(raw[:LONGEST_FIELD].partition(b";")[0])
    return "".join(str(word, "latin-1").lower().split()[:1])


def _type_of(raws: Raws) -> str:
    """The type in the first Content-Type that names a container, else in the first of all."""
    kinds = [_kind(raw) for raw in raws]
    return next((kind for kind in kinds if kind.startswith(("multipart/", "message/"))), kinds[0])


def _kind(raw: bytes) -> str:
    """`type/subtype` in lower case; text/plain where it is not one (RFC 2045 5.2)."""
    kind = raw.partition(b";")[0]
    if b"(" in kind:
        kind = without_comments(raw[:LONGEST_FIELD]).partition(b";")[0]
    words = str(kind, "latin-1").strip(" \t\"'").lower().split()
    if len(words) > 1 and not _is_type(words[0]):  # blanks around the slash
        words = ["".join(words[:3])]
    if not (words and _is_type(words[0])):
        return PLAIN
    return "".join(char if " " < char < "\x7f" else "?" for char in words[0][:_LONGEST_TYPE])


def _is_type(word: str) -> bool:
    return word.count("/") == 1 and word[0] != "/" and word[-1] != "/"


def is_listed(kind: str) -> bool:
    """Whether a container is an attachment without a name: a message that is not mail."""
    return kind.startswith("message/") and kind not in _UNLISTED
