"""remove_header: leave headers out of what is delivered."""

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
class RemoveHeader:
    """Every header with one of `names` goes, in whatever case it is written."""

    names: tuple[str, ...]

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> RemoveHeader:
        from maildrop_py.rules.language.header_name import header_name

        return cls(tuple(header_name(item) for item in node.alternatives()))

    def describe(self, text: Text = str.format) -> str:
        return text("remove header {names}", names=", ".join(self.names))

    def apply(self, builder: Builder) -> None:
        for name in self.names:
            builder.remove_header(name)
