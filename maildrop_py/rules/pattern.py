"""pattern: regular expressions, in linear time whatever the pattern and the mail.

The engine is RE2. It is loaded when the first expression really has to be
searched for: `literals` finds out beforehand which text must be there for an
expression to match, and many expressions are nothing but literals.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Found = tuple[tuple[int, int], dict[str, str]]
"""Where an expression matched, in characters, and its named groups."""

_compiled: dict[tuple[str, bool], Any] = {}


def compiled(expression: str, latin1: bool = False) -> Any:
    """The RE2 object for `expression`, case-insensitive; kept for the next use.

    With `latin1` it is for matching raw bytes, else for UTF-8. Raises
    `re2.error` where RE2 does not understand the expression.
    """
    key = (expression, latin1)
    found = _compiled.get(key)
    if found is None:
        import re2

        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        if latin1:
            options.encoding = re2.Options.Encoding.LATIN1
        source = expression.encode("latin-1" if latin1 else "utf-8")
        found = _compiled[key] = re2.compile(source, options)
    return found


def search(expression: str, text: str) -> Found | None:
    """The leftmost match of `expression` in `text`, or None."""
    data = text.encode("utf-8", "replace")
    match = compiled(expression).search(data)
    if match is None:
        return None
    start, end = (len(data[:at].decode("utf-8", "replace")) for at in match.span())
    groups = match.groupdict(default=b"")
    return (start, end), {_decoded(name): _decoded(value) for name, value in groups.items()}


def _decoded(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


@record
class Regex:
    """One expression with the literals that it cannot match without.

    `literals` are case-folded alternatives, one of which must stand in the
    text; empty where none could be found. `plain` says that the expression is
    those literals and no more, so that RE2 is not needed.
    """

    expression: str
    literals: tuple[str, ...] = ()
    plain: bool = False

    def search(self, text: str) -> Found | None:
        """The leftmost match in `text`, or None."""
        if self.literals:
            folded = text.casefold()
            if not any(literal in folded for literal in self.literals):
                return None
            if self.plain and len(folded) == len(text):
                return _leftmost(self.literals, folded), {}
        return search(self.expression, text)

    def describe(self) -> str:
        return f"matches /{self.expression}/"


def _leftmost(literals: tuple[str, ...], folded: str) -> tuple[int, int]:
    at, literal = min((folded.find(one), one) for one in literals if one in folded)
    return at, at + len(literal)
