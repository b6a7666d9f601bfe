"""raw: expressions over bytes as they came, with `{name}` for what earlier rules found.

`^` and `$` are the ends of a line, and case is ignored. The value of a name is
quoted: it means itself, whatever characters are in it.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.matching.engine import Expression, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.rules.program.template import Template

BY_LINES = "(?m)"


@record
class RawExpression:
    """An expression, or a template of one where it has names in it."""

    written: str
    template: Template | None = None

    def expression(self, text: Callable[[Template], str]) -> Expression:
        """Compiled; one with names is compiled each time, and not kept."""
        if self.template is None:
            return compiled(BY_LINES + self.written, latin1=True)
        return Expression(BY_LINES + self._filled(text), True)

    def _filled(self, text: Callable[[Template], str]) -> str:
        from maildrop_py.rules.program.template import Template

        assert self.template is not None
        return "".join(
            part if isinstance(part, str) else quoted(text(Template((part,))))
            for part in self.template.parts
        )

    def describe(self) -> str:
        return f"/{self.written}/"


MOST_COUNTED = 100_000


def count(expression: Expression, data: bytes) -> tuple[int, bool]:
    """How often it matches, one match behind the other; whether the last was of nothing."""
    found = at = 0
    while found < MOST_COUNTED:
        spans = expression.spans(data, at)
        if spans is None:
            return found, False
        found += 1
        if spans[0][1] <= at:
            return found, True
        at = spans[0][1]
    return found, False


def quoted(text: str) -> str:
    """`text` as an expression that means itself."""
    return "".join(
        char if char.isalnum() or char == "_" or ord(char) > 127 else _escaped(char)
        for char in text
    )


def _escaped(char: str) -> str:
    return "\\" + char if char.isprintable() else f"\\x{ord(char):02x}"
