"""subject: tests of the Subject header, short for `header: {Subject: …}`."""

from __future__ import annotations

from maildrop_py.rules.condition import CHEAP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


class Subject:
    """Makes a Header condition of its own kind; it has no objects of its own."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [{"$ref": "#/$defs/header_test"}, {"$ref": "#/$defs/exists"}]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.header import parse_header

        return parse_header("Subject", node, scope)
