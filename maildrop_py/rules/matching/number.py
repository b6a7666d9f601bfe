"""number: a test of the number that a text begins with, such as `7.5 / 10` or `3 (Normal)`.

A text that begins with no number passes no comparison.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.rules.matching.pattern import Found
    from maildrop_py.translation import Text

_LONGEST = 40  # characters of a number


@record
class Number:
    """The number that the text begins with passes the comparison."""

    comparison: Comparison

    def search(self, text: str) -> Found | None:
        start = len(text) - len(text.lstrip())
        end = _end(text, start)
        try:
            value = float(text[start:end])
        except ValueError:
            return None
        return ((start, end), {}) if self.comparison.holds(value) else None

    def describe(self, text: Text = str.format) -> str:
        return text("as a number is {comparison}", comparison=self.comparison.describe())


def _end(text: str, start: int) -> int:
    """Where the number that begins at `start` ends: a sign, digits, one point."""
    at = start + (text[start : start + 1] in ("+", "-"))
    point = False
    while at < min(len(text), start + _LONGEST):
        char = text[at]
        if char == "." and not point and text[at + 1 : at + 2] in tuple("0123456789"):
            point = True
        elif char not in "0123456789":
            break
        at += 1
    return at
