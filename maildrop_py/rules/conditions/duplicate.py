"""duplicate: this Message-ID was delivered here before."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


@record
class Duplicate:
    """The mailbox's list of delivered Message-IDs has this message's."""

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self) -> str:
        return "delivered here before (same Message-ID)"

    def test(self, facts: Facts) -> Outcome:
        message_id = facts.message.headers.first("Message-ID")
        if not message_id:
            return Outcome(False, "Message-ID", why="no such header")
        return Outcome(facts.evidence.duplicate(), "Message-ID", message_id)
