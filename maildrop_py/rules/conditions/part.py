"""part: one part of the message, an attachment or a text, has such a type, name, size, header."""

from __future__ import annotations

from maildrop_py.rules.condition import MIDDLING
from maildrop_py.rules.conditions.attachment import SCHEMA, parse_part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


class Part:
    """Makes an Attachment condition over all parts; it has no objects of its own."""

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = SCHEMA

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return parse_part(node, scope, parts=True)
