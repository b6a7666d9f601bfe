"""discard: deliver nothing, and say nothing."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Discard:
    """The message is dropped; copies that earlier rules made stay."""

    SCHEMA: ClassVar[dict[str, Any]] = {"const": True}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Discard:
        if not node.boolean():
            raise node.mistake("`discard: false` does nothing", "leave it out")
        return cls()

    def describe(self, text: Text = str.format) -> str:
        return text("discard")

    def apply(self, builder: Builder) -> None:
        """Nothing: a decision without actions means that the message is discarded."""
