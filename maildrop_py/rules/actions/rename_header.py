"""rename_header: give fields of one name another name; what they say stays."""

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
class RenameHeader:
    """Pairs of the old name and the new one."""

    names: tuple[tuple[str, str], ...]

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "string"},
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> RenameHeader:
        from maildrop_py.rules.language.header_name import header_name

        pairs = node.pairs()
        if not pairs:
            raise node.mistake("no header is named here", "such as {Subject: Old-Subject}")
        return cls(tuple((header_name(key), header_name(value)) for key, value in pairs))

    def describe(self, text: Text = str.format) -> str:
        names = (text("{old} to {new}", old=old, new=new) for old, new in self.names)
        return text("rename header {names}", names=", ".join(names))

    def apply(self, builder: Builder) -> None:
        for old, new in self.names:
            builder.rename_header(old, new)
