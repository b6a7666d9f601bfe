"""helo: what kind of name the client gave in HELO or EHLO.

Kinds are those of `evidence.helo`: a single word (against RFC 5321), a bare
address, an address literal, a name made of the client's own address, one of my
own names, and the like. Authenticated sessions are exempt: mail programs of
users call themselves anything.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, REFUSED, Outcome
from maildrop_py.rules.conditions.client import cleared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


KINDS = (
    *("no_dot", "bare_address", "literal", "wrong_literal"),
    *("own_address", "own_name", "private_name", "invalid"),
)

WHY = "{kind}: it {says}"


@record
class Helo:
    """The name is of one of `kinds`."""

    kinds: tuple[str, ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"enum": list(KINDS)},
            {"type": "array", "minItems": 1, "items": {"enum": list(KINDS)}},
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return cls(tuple(item.choice(KINDS, "kind of HELO") for item in node.alternatives()))

    def describe(self, text: Text = str.format) -> str:
        return text("HELO is of the kind {kinds}", kinds=text(" or ").join(self.kinds))

    def test(self, facts: Facts) -> Outcome:
        cleared_by = cleared(facts)
        if cleared_by:
            return Outcome(False, "HELO", why=cleared_by)
        helo = facts.evidence.helo()
        if helo.unknown:
            return Outcome(None, "HELO", why=helo.unknown)
        held = [kind for kind in helo.kinds if kind in self.kinds]
        if not (held or facts.explaining):
            return REFUSED
        from maildrop_py.evidence.helo import KINDS as SAYS

        each = tuple((WHY, {"kind": kind, "says": SAYS[kind]}) for kind in held)
        return Outcome(bool(held), "HELO", helo.name, why="{each}", values={"each": each})
