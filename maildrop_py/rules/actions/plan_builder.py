"""plan_builder: what the actions of policy files write on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from maildrop_py.rules.program.template import Template

    class PlanBuilder(Protocol):
        """A decision about a client in the making; texts are filled from what was captured."""

        def text(self, template: Template) -> str:
            """The template, expanded."""

        def accept(self) -> None:
            """The client need not wait."""

        def defer(self, text: str) -> None:
            """The client is to come again, and is told why."""

        def greylist(self, delay: int, window: int, remember: int) -> None:
            """The client is to come again in `delay` seconds, unless it is known."""

        def tarpit(self, seconds: int, at_most: int, instead: tuple[int, int, int] | None) -> None:
            """The client is to wait; `instead` are the terms of greylisting if it did not."""

        def prepend(self, name: str, value: str) -> None:
            """A header is put on top of the message."""
