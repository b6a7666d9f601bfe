"""header_edits: what rules add to a message's header, and what they cut out.

Guarantee: an added header is one field, whatever its value was made of: line
ends, NUL and other control characters become spaces; what is not ASCII is
encoded by RFC 2047 (every reader shows that, raw UTF-8 not all); long values
are folded at white space, and words too long for a line (RFC 5322 2.1.1) are
encoded in pieces. A cut takes a field's own bytes, all of them, and nothing else.
"""

from __future__ import annotations

import binascii

from maildrop_py.message.extent import HEAD_LIMIT, line_end, message_start
from maildrop_py.message.headers import Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTH = 78  # characters of a line, RFC 5322 2.1.1
_LONGEST_WORD = 900  # bytes that may be on one line, with room below 998
_ENCODED_BYTES = 42  # UTF-8 bytes in one encoded word of at most 75 characters


def added(headers: Iterable[tuple[str, str]], head: bytes) -> bytes:
    """The header lines of `headers`, in the line-end style of the message `head` is of."""
    end = line_end(head[message_start(head) :])
    return b"".join(header_lines(name, value, end) for name, value in headers)


def header_lines(name: str, value: str, end: bytes = b"\n") -> bytes:
    """One field as lines; nothing for a name that is none (RFC 5322 3.6.8)."""
    if not name or not all("!" <= c <= "~" and c != ":" for c in name):
        return b""
    lines, line = [], f"{name}:"
    for word in _words(value):
        if len(line) + 1 + len(word) > _WIDTH and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return b"".join(text.encode("ascii") + end for text in (*lines, line))


def _words(value: str) -> list[str]:
    """`value` as words that may be separated by folding."""
    clean = "".join(c if c.isprintable() else " " for c in value)
    words = clean.split()
    if all(word.isascii() and len(word) <= _LONGEST_WORD for word in words):
        return words
    return [_encoded(piece) for piece in _pieces(" ".join(words))]


def _pieces(text: str) -> Iterable[str]:
    """`text` cut between characters into pieces that each fit one encoded word."""
    piece, size = "", 0
    for character in text:
        length = len(character.encode("utf-8", "replace"))
        if size + length > _ENCODED_BYTES:
            yield piece
            piece, size = "", 0
        piece += character
        size += length
    if piece:
        yield piece


def _encoded(piece: str) -> str:
    coded = binascii.b2a_base64(piece.encode("utf-8", "replace"), newline=False)
    return f"=?UTF-8?B?{coded.decode()}?="


def cuts(head: bytes, names: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where in `head` the fields called `names` are, in order.

    A field that may go on behind what is examined of the header is left.
    """
    headers = Headers(head)
    spans = {field.span for name in names for field in headers.all(name)}
    return tuple(sorted(span for span in spans if span[1] < HEAD_LIMIT))


def edited_head(
    head: bytes,
    add: Iterable[tuple[str, str]] = (),
    remove: Iterable[str] = (),
    rename: Iterable[tuple[str, str]] = (),
    add_last: Iterable[tuple[str, str]] = (),
    replaced: Iterable[tuple[str, str]] = (),
) -> bytes:
    """`head` with fields left out, renamed and added, in this order; its `From ` line stays on top.

    Of the fields that are `replaced` the first has another text in its place, and the others
    go; where there is none it is added.

    A head that has no blank line at its end gets one where something is added.
    """
    start = message_start(head)
    names = {old.lower(): new for old, new in rename}
    gone = {name.lower() for name in remove}
    texts = {name.lower(): (name, text) for name, text in replaced}
    there = {field.name.lower() for field in Headers(head).fields} if texts else set()
    missing = [pair for low, pair in texts.items() if low not in there]
    more, last = added([*missing, *add], head), added(add_last, head)
    if (more or last) and head[start : start + 1] in (b" ", b"\t", b"\r", b"\n", b""):
        return head[:start] + more + last + line_end(head[start:]) + head[start:]
    kept, rest = _edited_fields(head, start, gone, names, texts)
    if not last:
        return b"".join((head[:start], more, *kept, rest))
    body = rest.rstrip(b"\r\n")
    end = line_end(head[start:])
    return b"".join((head[:start], more, *kept, body, end if body else b"", last, end))


def _edited_fields(
    head: bytes, at: int, gone: set[str], names: dict[str, str], texts: dict[str, tuple[str, str]]
) -> tuple[list[bytes], bytes]:
    """The fields from `at` up to the last one that is edited, in pieces, and what is below them."""
    done: set[str] = set()
    kept = []
    for field in Headers(head).fields:
        low, (first, behind) = field.name.lower(), field.span
        if low not in gone and low not in names and low not in texts:
            continue
        kept.append(head[at:first])
        if low in texts:
            if low not in done:
                kept.append(added([(field.name, texts[low][1])], head))
            done.add(low)
        elif low in names and low not in gone:
            kept.append(names[low].encode("ascii", "replace"))
            kept.append(head[first + len(field.name) : behind])
        at = behind
    return kept, head[at:]
