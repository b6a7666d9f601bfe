"""now: the header edits of this rule are made at once, so that later rules see them.

Copies, programs and forwards of later rules have them; those of earlier rules do not."""

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
class Now:
    """Edits noted so far become part of the message."""

    SCHEMA: ClassVar[dict[str, Any]] = {"const": True}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Now:
        if not node.boolean():
            raise node.mistake("`now: false` is what happens anyway", "leave it out")
        return cls()

    def describe(self, text: Text = str.format) -> str:
        return text("edit the header at once")

    def apply(self, builder: Builder) -> None:
        builder.edit_now()
