"""bounce: delivery reports: mail from the null sender, or a report by its type.

The null sender is RFC 5321 4.5.5; multipart/report with delivery-status is
RFC 3464; X-Failed-Recipients is Exim's."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, REFUSED, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Bounce:
    """The sender is null, or the message is a delivery status report."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("a bounce (null sender or delivery report)")

    def test(self, facts: Facts) -> Outcome:
        return facts.once("bounce", _answer)


def _answer(facts: Facts) -> Outcome:
    """What the condition says of a message."""
    sender = facts.sender()
    if sender == "":
        return Outcome(True, "envelope sender", "<>")
    for value in facts.values("Content-Type"):
        folded = value.casefold()
        if folded.startswith("multipart/report") and "delivery-status" in folded:
            return Outcome(True, "Content-Type", value)
    for value in facts.values("X-Failed-Recipients"):
        return Outcome(True, "X-Failed-Recipients", value)
    if not facts.explaining:
        return REFUSED
    return Outcome(False, "envelope sender", sender or "", why="no delivery report either")
