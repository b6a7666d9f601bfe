"""self_forged: the message claims to be from its own recipient, and nobody vouches for that.

From is my address or at my domain (the recipient's, or one in `me`), yet it came
from outside in a session that did not authenticate, with neither an SPF pass nor
a DKIM or DMARC pass of a trusted server for that domain.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import BARE, COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class SelfForged:
    """From is forged to be one of us."""

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("it claims to be from its recipient, and nobody vouches for that")

    def test(self, facts: Facts) -> Outcome:
        found = facts.evidence.self_forged()
        if not (found.forged or facts.explaining):
            return BARE[found.forged]
        return Outcome(found.forged, "From", ", ".join(facts.values("From")), why=found.why)
