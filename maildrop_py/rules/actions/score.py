"""score: add to the spam score that `spam_score` sees in later rules."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Score:
    """Adds `points`, which may be negative."""

    points: float

    SCHEMA: ClassVar[dict[str, Any]] = {"type": "number"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Score:
        return cls(float(node.number()))

    def describe(self, text: Text = str.format) -> str:
        return text("add {points:g} to the spam score", points=self.points)

    def apply(self, builder: Builder) -> None:
        builder.score(self.points)
