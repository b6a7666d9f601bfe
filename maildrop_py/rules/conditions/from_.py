"""from: who the From header names, by address, domain, glob, list or expression."""

from __future__ import annotations

from maildrop_py.rules.condition import CHEAP
from maildrop_py.rules.conditions.address_header import SCHEMA, parse_address_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


class From:
    """Makes an AddressHeader condition; it has no objects of its own."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = SCHEMA

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return parse_address_header("From", ("From",), node, scope)
