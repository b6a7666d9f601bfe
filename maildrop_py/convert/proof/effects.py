"""effects: what was done with one message, in a form in which two programs can be compared.

Folders are compared by their names with every separator and unsafe character made
`_`; header fields as a set of lines; bodies byte by byte. What a program was called
with is compared by the beginning of its command line, of which procmail logs no more.
"""

from __future__ import annotations

from collections import Counter

from maildrop_py.record import record

_NOT_COMPARED = (b"from ", b">from ", b"content-length:")
"""Lines that procmail writes itself: its mbox lines, and the length it has counted."""
FILE, PROGRAM, REFUSAL = "file", "program", "refused"
_UNSAFE = str.maketrans(dict.fromkeys("/\\*%.~#: \t,", "_"))
SHOWN_OF_COMMAND = 50


@record
class Effect:
    """One copy filed, one program called, or a refusal. `content` is None where it is not known."""

    kind: str
    where: str
    content: bytes | None = None
    flags: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Where it went, made comparable."""
        if self.kind == PROGRAM:
            return self.kind, " ".join(self.where.split())[:SHOWN_OF_COMMAND].strip()
        where = self.where.translate(_UNSAFE).strip("_")
        return self.kind, f"{where} [{' '.join(sorted(self.flags))}]" if self.flags else where

    def __str__(self) -> str:
        return f"{self.kind} {self.where}"


def differences(original: list[Effect], ours: list[Effect]) -> list[str]:
    """What one did and the other did not, in words; none where they did the same."""
    first, second = Counter(e.key for e in original), Counter(e.key for e in ours)
    found = [f"the original alone: {kind} {where}" for kind, where in (first - second).elements()]
    found += [f"the rules alone: {kind} {where}" for kind, where in (second - first).elements()]
    if not found:
        found = _contents(original, ours)
    return found


def _contents(original: list[Effect], ours: list[Effect]) -> list[str]:
    found = []
    for key in {effect.key for effect in original}:
        mine = [e.content for e in original if e.key == key and e.content is not None]
        theirs = [e.content for e in ours if e.key == key and e.content is not None]
        if len(mine) != len(theirs):
            continue
        for one, other in zip(sorted(map(_shape, mine)), sorted(map(_shape, theirs)), strict=True):
            if one != other:
                found.append(_why(key[1], one, other))
    return found


def _shape(content: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """Header lines in a fixed order, and the body without blank lines at its end."""
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields: list[bytes] = []
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += b" " + line.strip()
        elif line and not line.lower().startswith(_NOT_COMPARED):
            fields.append(line.rstrip())
    body = body.rstrip(b"\n").replace(b"\n>From ", b"\nFrom ")  # as an mbox file has it
    return tuple(sorted(map(_comparable, fields))), body


def _comparable(field: bytes) -> bytes:
    """A field with single blanks; the case of its name does not count (RFC 5322)."""
    name, colon, value = b" ".join(field.split()).partition(b":")
    return name.lower() + colon + value


def _why(where: str, one: tuple[object, bytes], other: tuple[object, bytes]) -> str:
    if one[1] != other[1]:
        return f"the bodies in {where} differ"
    mine, theirs = set(one[0]), set(other[0])  # type: ignore[call-overload]
    lines = [f"-{line.decode('utf-8', 'replace')[:60]}" for line in sorted(mine - theirs)]
    lines += [f"+{line.decode('utf-8', 'replace')[:60]}" for line in sorted(theirs - mine)]
    return f"the headers in {where} differ: {' '.join(lines[:4])}"
