"""to: whom the message is for, in all the headers of procmail's `^TO_`.

An address, domain or glob is held against the addresses there. An expression
is searched for as `^TO_expression` would be: at the start, or behind a
character that cannot be part of an address. [procmail 3.24 config.h]
"""

from __future__ import annotations

from maildrop_py.rules.condition import CHEAP
from maildrop_py.rules.conditions.address_header import SCHEMA, parse_address_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope

DESTINATIONS = (
    *(
        original + resent + name
        for name in ("To", "Cc", "Bcc")
        for original in ("", "Original-")
        for resent in ("", "Resent-")
    ),
    "X-Envelope-To",
    "Apparently-To",
    "Apparently-Resent-To",
)
BEHIND_NO_ADDRESS_CHARACTER = "^(?:.*[^-a-zA-Z0-9_.])?{}"


class To:
    """Makes an AddressHeader condition; it has no objects of its own."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = SCHEMA

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        around = BEHIND_NO_ADDRESS_CHARACTER
        return parse_address_header("To/Cc/Bcc", DESTINATIONS, node, scope, around)
