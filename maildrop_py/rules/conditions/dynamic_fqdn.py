"""dynamic_fqdn: the client's verified name looks dynamically assigned.

It has five digits in a row, hyphens and dots aside, or the client's address in
hexadecimal. A sign to be scored. Names in `except` are never taken, nor are
authenticated sessions; a client without a name is `s25r: 0`.
"""

from __future__ import annotations

from maildrop_py.evidence.reverse_name import dynamic
from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, REFUSED, Outcome
from maildrop_py.rules.conditions.client import cleared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.host_names import Names
    from maildrop_py.translation import Text


@record
class DynamicFqdn:
    """The name looks dynamically assigned, and is not in `exempt`."""

    exempt: Names | None = None

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "boolean"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["except"],
                "properties": {"except": {"$ref": "#/$defs/names"}},
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted
        from maildrop_py.rules.matching.host_names import parse_names

        if node.kind != "mapping":
            return wanted(node, cls())
        found = {key.choice(("except",), "key"): value for key, value in node.pairs()}
        if not found:
            raise node.mistake("nothing is named here", "such as {except: [.example.com]}")
        return cls(parse_names(found["except"], scope))

    def describe(self, text: Text = str.format) -> str:
        but = text(", but for {shown}", shown=self.exempt.describe(text)) if self.exempt else ""
        return text("the client's name looks dynamically assigned{but}", but=but)

    def test(self, facts: Facts) -> Outcome:
        cleared_by = cleared(facts)
        if cleared_by:
            return Outcome(False, "client name", why=cleared_by)
        found, address = facts.evidence.reverse_name(), facts.evidence.border().address
        if found.unknown or address is None:
            return Outcome(None, "client name", why=found.unknown or "its address is not known")
        if not found.name:
            return Outcome(False, "client name", why="no verified name")
        entry = self.exempt.entry_for(found.name) if self.exempt else None
        if entry is not None:
            return Outcome(
                False, "client name", found.name, why="fits {entry}", values={"entry": entry}
            )
        why = dynamic(found.name, address)
        if not (why or facts.explaining):
            return REFUSED
        return Outcome(bool(why), "client name", found.name, why=why)
