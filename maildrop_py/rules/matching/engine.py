"""engine: RE2, linear in time whatever the expression and the mail.

google-re2 comes as an extension module and a wrapper in Python that looks like
`re`. The wrapper's imports cost 3.5 ms of a delivery's 10, so the extension is
loaded alone, by the import protocol; its classes are those of RE2's C++ API.

Reports: BadExpression.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Span = tuple[int, int]

_EXTENSION = "re2._re2"
_compiled: dict[tuple[str, bool], Expression] = {}


class BadExpression(ValueError):
    """An expression that RE2 does not understand; the text is RE2's."""


class Expression:
    """One compiled expression, case-insensitive, over UTF-8 or over raw bytes.

    Over raw bytes (`latin1`) it is taken as the bytes of its UTF-8, as procmail
    takes a file of that encoding.
    """

    __slots__ = ("_anchor", "_re2", "groups")

    def __init__(self, expression: str, latin1: bool) -> None:
        re2 = _extension()
        options = re2.RE2.Options()
        options.case_sensitive = False
        options.log_errors = False
        if latin1:
            options.encoding = re2.RE2.Options.Encoding.LATIN1
        self._re2 = re2.RE2(expression.encode("utf-8", "replace"), options)
        if not self._re2.ok():
            raise BadExpression(_text(self._re2.error()))
        self._anchor = re2.RE2.Anchor.UNANCHORED
        self.groups: dict[str, int] = {
            _text(name): number for name, number in self._re2.NamedCapturingGroups()
        }

    def spans(self, data: bytes) -> list[Span] | None:
        """(start, end) in bytes of the leftmost match, then of each group; None if none.

        A group that took no part is (-1, -1).
        """
        found: list[Span] = self._re2.Match(self._anchor, data, 0, len(data))
        return None if found[0][0] < 0 else found

    def named(self, data: bytes, spans: list[Span]) -> dict[str, str]:
        """The text of each named group of a match, "" of one that took no part."""
        return {
            name: str(data[slice(*spans[number])], "utf-8", "replace")
            if spans[number][0] >= 0
            else ""
            for name, number in self.groups.items()
        }


def compiled(expression: str, latin1: bool = False) -> Expression:
    """The Expression, kept for the next use; raises BadExpression."""
    found = _compiled.get((expression, latin1))
    if found is None:
        found = _compiled[expression, latin1] = Expression(expression, latin1)
    return found


def _extension() -> Any:
    """google-re2's extension module, by itself if that can be had."""
    module = sys.modules.get(_EXTENSION)
    if module is not None:
        return module
    package = _find("re2", None)
    spec = package and _find(_EXTENSION, package.submodule_search_locations)
    if spec is None:
        import re2._re2

        return re2._re2
    module = sys.modules[_EXTENSION] = spec.loader.create_module(spec)
    spec.loader.exec_module(module)
    return module


def _find(name: str, places: Any) -> Any:
    for finder in sys.meta_path:
        spec = finder.find_spec(name, places)
        if spec is not None:
            return spec
    return None


def _text(said: bytes | str) -> str:
    return said if isinstance(said, str) else said.decode("utf-8", "replace")
