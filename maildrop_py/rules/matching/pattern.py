"""pattern: an expression with the literals that it cannot match without.

The engine is loaded when the first expression really has to be searched for:
most messages lack the literals of most expressions, and many expressions are
nothing but literals.
"""

from __future__ import annotations

from maildrop_py.later import Later
from maildrop_py.memo import Memo
from maildrop_py.record import record
from maildrop_py.rules.matching.folding import may_have

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.matching import engine
    from maildrop_py.translation import Text
else:
    engine = Later("maildrop_py.rules.matching.engine")

_SHORT = 100  # characters of a text that is remembered with what was found in it

INNER = "inner_"
"""The group that holds what the user wrote, where it is put into another expression."""

Found = tuple[tuple[int, int], dict[str, str]]
"""Where an expression matched, in characters, and its named groups."""


@record
class Regex:
    """One expression, searched for in decoded text whatever the case.

    `literals` are case-folded alternatives, one of which must be in the
    text; empty where none could be found. `plain` says that the expression is
    those literals and no more. `shown` is the expression as it was written,
    where something was put around it.
    """

    expression: str
    literals: tuple[str, ...] = ()
    plain: bool = False
    shown: str = ""

    def search(self, text: str) -> Found | None:
        """The leftmost match in `text`, or None."""
        if self.literals:
            if not may_have(text, self.literals):
                return None
            folded = text.casefold()
            present = [literal for literal in self.literals if literal in folded]
            if not present:
                return None
            if self.plain and len(folded) == len(text):
                return _leftmost(present, folded), {}
        return search(self.expression, text)

    def describe(self, text: Text = str.format) -> str:
        return text("matches /{expression}/", expression=self.shown or self.expression)


def search(expression: str, text: str) -> Found | None:
    """The leftmost match of `expression` in `text`, or None; do not change what is captured.

    Where it has a group called INNER, that is the match, and no capture.
    """
    return _found[expression, text] if len(text) <= _SHORT else _search(expression, text)


def _search(expression: str, text: str) -> Found | None:
    data = text.encode("utf-8", "replace")
    pattern = engine.compiled(expression)
    spans = pattern.spans(data)
    if spans is None:
        return None
    captures = pattern.named(data, spans)
    captures.pop(INNER, None)
    match = spans[pattern.groups.get(INNER, 0)]
    start, end = (len(str(data[:at], "utf-8", "replace")) for at in match)
    return (start, end), captures


_found: Memo[tuple[str, str], Found | None] = Memo(lambda asked: _search(*asked), 2000)
"""What was found in short texts: the same lists and senders come again and again."""


def _leftmost(present: list[str], folded: str) -> tuple[int, int]:
    if len(present) == 1:
        literal = present[0]
        at = folded.find(literal)
    else:
        at, literal = min([(folded.find(one), one) for one in present])
    return at, at + len(literal)
