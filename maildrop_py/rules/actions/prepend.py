"""prepend: put a header on top of the message, once for a message.

Mail servers take one header from a policy. Where several rules name one, the last counts.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.plan_builder import PlanBuilder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text


@record
class Prepend:
    """A name and a value, which is made one line."""

    name: str
    value: Template

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"type": ["string", "number"]},
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Prepend:
        from maildrop_py.rules.language.header_name import header_name
        from maildrop_py.rules.language.template_reader import parse_template

        pairs = node.pairs()
        if len(pairs) != 1:
            raise node.mistake("one header must be here", "such as {X-Policy: suspicious}")
        key, value = pairs[0]
        return cls(header_name(key), parse_template(value, scope))

    def describe(self, text: Text = str.format) -> str:
        return text("prepend header {name}: {value}", name=self.name, value=self.value.describe())

    def apply(self, plan: PlanBuilder) -> None:
        plan.prepend(self.name, plan.text(self.value))
