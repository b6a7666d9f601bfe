"""defect: something in the message's MIME is broken, as mail-parser sees it.

`true` is any defect of MIME; a name, or one of several, is that defect, or one of
the header fields. Unknown for messages that are too large, or too deep, for
mail-parser (evidence/defects.py).
"""

from __future__ import annotations

from maildrop_py.message.defect_names import HEADERS, MIME
from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text

NAMES = (*MIME, *HEADERS)


@record
class Defect:
    """One of the defects `names` is there."""

    names: tuple[str, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "boolean"},
            {"enum": list(NAMES)},
            {"type": "array", "minItems": 1, "items": {"enum": list(NAMES)}},
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        if node.kind == "boolean":
            return wanted(node, cls(tuple(MIME)))
        return cls(tuple(item.choice(NAMES, "defect") for item in node.alternatives()))

    def describe(self, text: Text = str.format) -> str:
        if self.names == tuple(MIME):
            return text("its MIME is broken")
        return text("it has the defect {names}", names=text(" or ").join(self.names))

    def test(self, facts: Facts) -> Outcome:
        defects = facts.evidence.defects()
        if defects.unknown:
            return Outcome(None, "defects", why=defects.unknown)
        held = any(name in self.names for name in defects.names)
        found = ", ".join(defects.names)
        return Outcome(held, "defects", found, why="" if found else "mail-parser found none")
