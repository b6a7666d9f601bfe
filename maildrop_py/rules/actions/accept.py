"""accept: the client need not wait, and no later rule is asked.

Restrictions of the mail server that follow the policy are asked all the same:
it does not lead past `reject_unauth_destination`.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.plan_builder import PlanBuilder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Accept:
    """Ends the run."""

    SCHEMA: ClassVar[dict[str, Any]] = {"const": True}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Accept:
        if not node.boolean():
            raise node.mistake("only `true` means something here", "accept: true")
        return cls()

    def describe(self, text: Text = str.format) -> str:
        return text("let it pass")

    def apply(self, plan: PlanBuilder) -> None:
        plan.accept()
