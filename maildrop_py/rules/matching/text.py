"""text: the tests that a text condition can make of a text.

`subject: 'a|b'` is a regular expression; `{contains: x}`, `{is: x}`,
`{glob: x*}` and `{exists: true}` say otherwise. All ignore case.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.matching.folding import may_have
from maildrop_py.rules.matching.pattern import Found, Regex, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.translation import Text

    TextTest = Regex | "Contains" | "Is" | "Glob"


@record
class Contains:
    """The text has `wanted` in it."""

    wanted: str

    def search(self, text: str) -> Found | None:
        wanted = self.wanted.casefold()
        if not may_have(text, (wanted,)):
            return None
        folded = text.casefold()
        at = folded.find(wanted)
        if at < 0:
            return None
        same = len(folded) == len(text)
        return (at, at + len(wanted)) if same else _unfolded(text, at, at + len(wanted)), {}

    def describe(self, text: Text = str.format) -> str:
        return text("contains {wanted!r}", wanted=self.wanted)


@record
class Is:
    """The text is `wanted`, white space around it aside."""

    wanted: str

    def search(self, text: str) -> Found | None:
        same = text.strip().casefold() == self.wanted.strip().casefold()
        return ((0, len(text)), {}) if same else None

    def describe(self, text: Text = str.format) -> str:
        return text("is {wanted!r}", wanted=self.wanted)


@record
class Glob:
    """The whole text fits a shell pattern of `*` and `?`."""

    glob: str

    def search(self, text: str) -> Found | None:
        return ((0, len(text)), {}) if glob_fits(self.glob, text) else None

    def describe(self, text: Text = str.format) -> str:
        return text("fits {glob}", glob=self.glob)


def _unfolded(text: str, start: int, end: int) -> tuple[int, int]:
    """The characters of `text` whose case-folded forms are at `start` to `end`."""
    ends, at = [], 0
    for char in text:
        at += len(char.casefold())
        ends.append(at)
    return sum(each <= start for each in ends), sum(each < end for each in ends) + 1


def listed_in_words(shown: str, text: Text) -> str:
    """Entries of a list as they were written, `a or listed in b`, told by `text`."""
    parts = (
        text("listed in {file}", file=part[10:]) if part.startswith("listed in ") else part
        for part in shown.split(" or ")
    )
    return text(" or ").join(parts)


def glob_fits(glob: str, text: str) -> bool:
    """Whether the whole of `text` fits `glob`, in linear time, ignoring case."""
    if "?" in glob:
        return search(glob_expression(glob), text) is not None
    first, *rest = glob.casefold().split("*")
    text = text.casefold()
    if not rest:
        return text == first
    last = rest.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    at = len(first)
    for piece in rest:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return text.endswith(last) and len(text) - len(last) >= at


def glob_expression(glob: str) -> str:
    """The expression that matches what fits `glob`."""
    wild = {"*": ".*", "?": "."}
    return "(?s)^" + "".join(wild.get(char) or _quoted(char) for char in glob) + "$"


def _quoted(char: str) -> str:
    return char if char.isalnum() or ord(char) > 127 else "\\" + char
