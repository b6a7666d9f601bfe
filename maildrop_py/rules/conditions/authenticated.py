"""authenticated: the client of this session gave a password (SASL), before its mail comes."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Authenticated:
    """The session has a SASL user name or method."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("the client is authenticated")

    def test(self, facts: Facts) -> Outcome:
        evidence = facts.evidence
        name = evidence.attribute("sasl_username") or evidence.attribute("sasl_method")
        return Outcome(bool(name), "SASL user", name or "")
