"""client_tld: the top-level domain of the client's verified reverse name.

For rules by country. A client without a name has none, so that the condition
does not hold. Unknown for authenticated sessions, which may come from anywhere.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class ClientTld:
    """The last label of the name is one of `labels`."""

    labels: tuple[str, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return cls(tuple(map(_label, node.alternatives())))

    def describe(self, text: Text = str.format) -> str:
        return text("the client's name ends in .{labels}", labels=text(" or .").join(self.labels))

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.conditions.client import named

        name = named(facts)
        if isinstance(name, Outcome):
            return name
        label = name.rpartition(".")[2]
        span = (len(name) - len(label), len(name))
        held = label in self.labels
        return Outcome(held, "client name", name, span if held else None)


def _label(node: Node) -> str:
    """A top-level domain as DNS has it: no dot, lower case, A-labels."""
    from maildrop_py.evidence.domains import ascii_domain

    name = ascii_domain(node.text().strip().removeprefix("."))
    if name is None or "." in name:
        raise node.mistake(
            "{written!r} is not a top-level domain", "such as br or th", written=node.text()
        )
    return name
