"""address: who any named header names, by address, domain, glob, list or expression."""

from __future__ import annotations

from maildrop_py.rules.condition import CHEAP
from maildrop_py.rules.conditions.address_header import SCHEMA, parse_address_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


class Address:
    """Makes an AddressHeader condition for each header; it has no objects of its own."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": SCHEMA,
        "description": "header names, each with a test of its addresses; all must pass",
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.all import All
        from maildrop_py.rules.language.header_name import header_name

        pairs = node.pairs()
        if not pairs:
            raise node.mistake("no header is named here", "such as {To: example.com}")
        found = []
        for key, value in pairs:
            name = header_name(key)
            found.append(parse_address_header(name, (name,), value, scope))
        return found[0] if len(found) == 1 else All(tuple(found))
