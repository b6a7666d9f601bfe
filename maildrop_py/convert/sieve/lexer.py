"""lexer: a Sieve script as tokens with their lines (RFC 5228, section 8.1).

Raises BadScript for what no token begins with, and beyond its limits.
"""

from __future__ import annotations

import re

from maildrop_py.record import record

MOST_CHARACTERS = 4_000_000
LONGEST_STRING = 1_000_000

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
    |(?P<comment>\#[^\n]*|/\*.*?\*/)
    |(?P<multiline>text:[ \t]*(?:\#[^\n]*)?\r?\n)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<number>[0-9]+[KMGkmg]?)
    |(?P<tag>:[A-Za-z_][A-Za-z0-9_]*)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>[][(){},;])""",
    re.VERBOSE | re.DOTALL,
)
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_END_OF_TEXT = re.compile(r"^\.\r?(?:\n|\Z)", re.M)


class BadScript(Exception):
    """The script is no Sieve; says where and why."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


@record
class Token:
    """`kind` is "string", "number", "tag", "name", "sign" or "comment"; `start` and `end` are
    where it stands in the text."""

    kind: str
    text: str
    line: int
    start: int
    end: int

    @property
    def number(self) -> int:
        """The number's value, its unit counted in."""
        unit = _UNITS.get(self.text[-1].upper(), 1)
        return int(self.text.rstrip("KMGkmg")) * unit


def tokens_of(text: str) -> list[Token]:
    """The tokens of a script."""
    if len(text) > MOST_CHARACTERS:
        raise BadScript(1, f"the script is longer than {MOST_CHARACTERS:,} characters")
    found: list[Token] = []
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadScript(line, f"this is not Sieve: {text[at : at + 20].splitlines()[0]!r}")
        kind, end, start_line = str(match.lastgroup), match.end(), line
        content = match[0]
        if kind == "multiline":
            kind = "string"
            content, end = _multiline(text, end, line)
        elif kind == "string":
            content = re.sub(r"\\(.)", r"\1", content[1:-1], flags=re.S)
        line += text.count("\n", at, end)
        if len(content) > LONGEST_STRING:
            raise BadScript(start_line, f"a text is longer than {LONGEST_STRING:,} characters")
        if kind != "blank":
            found.append(Token(kind, content, start_line, at, end))
        at = end
    return found


def _multiline(text: str, at: int, line: int) -> tuple[str, int]:
    """A `text:` up to its line with a single dot, dots doubled at a line's start undone."""
    ends = _END_OF_TEXT.search(text, at)
    if ends is None:
        raise BadScript(line, "a text has no end: a line with a single dot is missing")
    content = text[at : ends.start()].replace("\r\n", "\n")
    return re.sub(r"^\.\.", ".", content, flags=re.M), ends.end()
