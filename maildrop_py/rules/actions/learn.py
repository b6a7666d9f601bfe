"""learn: once delivered, the message teaches the Bayes filter what spam, or ham, is.

For what is certain without the filter: what two independent DNS lists say of an
unknown sender (`builtin:bkaspil`). A message that the filter is sure of already
teaches nothing, nor does one that was taught before, and no kind is learnt much more
often than the other. The same while mail is re-filed, watched or imported; `undo` takes
it back (`evidence.bayes.taught_by_runs`). The scanners are taught at delivery alone.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text

KINDS = ("spam", "ham")


@record
class Learn:
    """Learns the message as one kind or the other."""

    kind: str

    SCHEMA: ClassVar[dict[str, Any]] = {"enum": list(KINDS)}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Learn:
        return cls(node.choice(KINDS, "kind of mail"))

    def describe(self, text: Text = str.format) -> str:
        return text("learn it as {kind}", kind=self.kind)

    def apply(self, builder: Builder) -> None:
        builder.learn(self.kind == "spam")
