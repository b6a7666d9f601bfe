"""to_word: procmail's `^TO`: an expression behind the start or a non-letter.

Searched for in the destination headers, decoded. [procmail 3.24 config.h]
"""

from __future__ import annotations

from maildrop_py.rules.condition import CHEAP
from maildrop_py.rules.conditions.address_header import AddressHeader
from maildrop_py.rules.conditions.to import DESTINATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope

BEHIND_NO_LETTER = "^(?:.*[^a-zA-Z])?{}"


class ToWord:
    """Makes an AddressHeader condition; it has no objects of its own."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import parse_regex

        items = node.alternatives()
        tests = tuple(parse_regex(item, scope, BEHIND_NO_LETTER) for item in items)
        return AddressHeader("To/Cc/Bcc", DESTINATIONS, None, tests)
