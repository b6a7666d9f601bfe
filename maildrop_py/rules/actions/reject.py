"""reject: refuse the message; the mail server tells the sender why."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text


@record
class Reject:
    """The sender gets `text`; copies that earlier rules made stay."""

    text: Template

    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Reject:
        from maildrop_py.rules.language.template_reader import parse_template

        if not node.text().strip():
            raise node.mistake("the text for the sender is empty", "such as: no mail from there")
        return cls(parse_template(node, scope))

    def describe(self, text: Text = str.format) -> str:
        return text("reject: {written}", written=self.text.describe())

    def apply(self, builder: Builder) -> None:
        builder.reject(builder.text(self.text))
