"""sender: who sent it, by the envelope or Return-Path; "<>" is the null sender."""

from __future__ import annotations

from maildrop_py.rules.condition import CHEAP
from maildrop_py.rules.conditions.address_header import ENVELOPE_SCHEMA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


class Sender:
    """Makes an EnvelopeAddress condition; it has no objects of its own."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = ENVELOPE_SCHEMA

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.envelope_address import parse_envelope_address

        return parse_envelope_address("sender", node, scope)
