"""defer: nothing is done, and the client or mail server is told to come again, and why.

On delivery, copies, pipes and forwards of earlier rules are not made either: they
would be made each time that the server tries."""

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
class Defer:
    """The client gets `text`; unlike `greylist` each time that the rule fires."""

    text: Template

    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Defer:
        from maildrop_py.rules.language.template_reader import parse_template

        if not node.text().strip():
            raise node.mistake("the text for the client is empty", "such as: try again in an hour")
        return cls(parse_template(node, scope))

    def describe(self, text: Text = str.format) -> str:
        return text("defer: {written}", written=self.text.describe())

    def apply(self, plan: PlanBuilder) -> None:
        plan.defer(plan.text(self.text))
