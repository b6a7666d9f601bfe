"""forward: send the message on to another address."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.rule import Then
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text


@record
class Forward:
    """The message goes on to `address` through sendmail."""

    address: Template
    otherwise: Then | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string", "pattern": "@|^[^@]+$"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Forward:
        from maildrop_py.rules.language.template_reader import parse_template

        address = parse_template(node, scope)
        written = "".join(part if isinstance(part, str) else "x" for part in address.parts)
        if not written or written[0] in "-|/" or any(char in written for char in ' ,;:|<>()"\\\n'):
            raise node.mistake(
                "{written!r} is not one address", "such as me@example.com", written=node.text()
            )
        return cls(address)

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.rule import with_otherwise

        wording = text("forward to {address}", address=self.address.describe())
        return with_otherwise(wording, self.otherwise, text)

    def apply(self, builder: Builder) -> None:
        builder.forward(builder.text(self.address), self.otherwise)
