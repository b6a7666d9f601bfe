"""spf: whether the sender's domain lets the client send its mail (RFC 7208).

Asked for the client at the border and the envelope sender; for the null sender,
postmaster at the HELO name. A temperror, or nothing to go by, makes every result
unknown, but for those who ask for `temperror` itself.
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


RESULTS = ("pass", "fail", "softfail", "neutral", "none", "temperror", "permerror")


@record
class Spf:
    """The result is one of `results`."""

    results: tuple[str, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"enum": list(RESULTS)},
            {"type": "array", "minItems": 1, "items": {"enum": list(RESULTS)}},
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return cls(tuple(item.choice(RESULTS, "SPF result") for item in node.alternatives()))

    def describe(self, text: Text = str.format) -> str:
        return text("SPF says {results}", results=text(" or ").join(self.results))

    def test(self, facts: Facts) -> Outcome:
        spf = facts.evidence.spf()
        held = True if spf.result in self.results else None if spf.unknown else False
        if not (held or facts.explaining):
            return BARE[held]
        address = facts.evidence.border().address
        why, values = spf.remark(address.text if address else "the client")
        return Outcome(held, "SPF", spf.result, why=why, values=values)
