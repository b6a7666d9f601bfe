"""engine: RE2, linear in time whatever the expression and the mail.

google-re2 comes as an extension module and a wrapper in Python that looks like
`re`. The wrapper's imports cost 3.5 ms of a delivery's 10, so the extension is
loaded alone, by the import protocol; its classes are those of RE2's C++ API.

Guarantee: one expression takes at most MOST_MEMORY for itself and for what it
learns while it searches, and all that are kept together at most KEPT_MEMORY;
those that were not used for longest go first. Where the memory of one is used
up, RE2 goes on more slowly. Reports: BadExpression.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Span = tuple[int, int]

_EXTENSION = "re2._re2"

MOST_MEMORY = 8 << 20
"""Bytes of one expression; one that needs more is refused."""

KEPT_MEMORY = 64 << 20
"""Bytes of all expressions that are kept for their next use."""

BASE, PER_INSTRUCTION = 64 << 10, 768
"""Bytes with which an expression searches as fast as with any more, as measured over
headers: so many, and so many for each instruction of RE2's program."""


class BadExpression(ValueError):
    """An expression that RE2 does not understand; the text is RE2's."""


class Expression:
    """One compiled expression, case-insensitive, over UTF-8 or over raw bytes.

    Over raw bytes (`latin1`) it is taken as the bytes of its UTF-8, as procmail
    takes a file of that encoding. `size` is the number of instructions of RE2's
    program, `memory` the bytes that it may use.
    """

    __slots__ = ("_anchor", "_re2", "groups", "memory", "size")

    def __init__(self, expression: str, latin1: bool) -> None:
        re2 = _extension()
        self._re2, self.memory = _compile(re2, expression, latin1)
        if not self._re2.ok():
            raise BadExpression(_text(self._re2.error()))
        self.size: int = self._re2.ProgramSize()
        self._anchor = re2.RE2.Anchor.UNANCHORED
        self.groups: dict[str, int] = {
            _text(name): number for name, number in self._re2.NamedCapturingGroups()
        }

    def spans(self, data: bytes, start: int = 0) -> list[Span] | None:
        """(start, end) in bytes of the leftmost match, then of each group; None if none.

        Looked for from `start` on; what is before it counts for `^` and the like.

        A group that took no part is (-1, -1).
        """
        found: list[Span] = self._re2.Match(self._anchor, data, start, len(data))
        return None if found[0][0] < 0 else found

    def named(self, data: bytes, spans: list[Span]) -> dict[str, str]:
        """The text of each named group of a match, "" of one that took no part."""
        return {
            name: str(data[slice(*spans[number])], "utf-8", "replace")
            if spans[number][0] >= 0
            else ""
            for name, number in self.groups.items()
        }


class KeptExpressions:
    """Expressions for their next use: those of two generations, the old one used less."""

    def __init__(self, most: int = KEPT_MEMORY) -> None:
        self._most = most // 2
        self._young: dict[tuple[str, bool], Expression] = {}
        self._old: dict[tuple[str, bool], Expression] = {}
        self._memory = 0

    def get(self, expression: str, latin1: bool = False) -> Expression:
        """The Expression, made if it is not there; raises BadExpression."""
        found = self._young.get((expression, latin1))
        return found if found is not None else self._add((expression, latin1))

    def _add(self, key: tuple[str, bool]) -> Expression:
        found = self._old.get(key) or Expression(*key)
        if self._memory + found.memory > self._most:
            self._old, self._young, self._memory = self._young, {}, 0
        self._young[key] = found
        self._memory += found.memory
        return found

    @property
    def memory(self) -> int:
        """Bytes that all of them may use."""
        kept = {id(each): each for part in (self._old, self._young) for each in part.values()}
        return sum(each.memory for each in kept.values())


compiled = KeptExpressions().get


def _compile(re2: Any, expression: str, latin1: bool) -> tuple[Any, int]:
    """RE2's object with as much memory as it makes use of, and how much that is."""
    data = expression.encode("utf-8", "replace")
    memory = min(BASE + PER_INSTRUCTION * (2 * len(data) + 20), MOST_MEMORY)
    found = re2.RE2(data, _options(re2, latin1, memory))
    if not found.ok() and memory < MOST_MEMORY:
        memory = MOST_MEMORY
        found = re2.RE2(data, _options(re2, latin1, memory))
    if found.ok():
        wanted = min(BASE + PER_INSTRUCTION * found.ProgramSize(), MOST_MEMORY)
        if not wanted <= memory <= 4 * wanted:
            return re2.RE2(data, _options(re2, latin1, wanted)), wanted
    return found, memory


def _options(re2: Any, latin1: bool, memory: int) -> Any:
    options = re2.RE2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    if latin1:
        options.encoding = re2.RE2.Options.Encoding.LATIN1
    return options


def _extension() -> Any:
    """google-re2's extension module, without its wrapper if that is possible."""
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


def _find(name: str, path: Any) -> Any:
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            return spec
    return None


def _text(data: bytes | str) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "replace")
