"""programs: what runs the programs of rules over a message, as evidence sees it; types alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from maildrop_py.message.source import Source


class Filled(Protocol):
    """A call of a program: `rules.program.call.Filled`."""

    @property
    def argv(self) -> tuple[str, ...]: ...
    @property
    def environment(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def part(self) -> str: ...


class Programs(Protocol):
    """Runs programs over a message, or over what it was made into."""

    def status(self, call: Filled, source: Source | None) -> int | None: ...
    def output(self, call: Filled, source: Source | None) -> str | None: ...
    def filtered(self, call: Filled, source: Source | None) -> Source | None: ...
    def with_head(self, head: bytes, source: Source | None) -> Source: ...
