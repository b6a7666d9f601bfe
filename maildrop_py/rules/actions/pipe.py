"""pipe: give the message to a program, without a shell."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.rule import Then
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.call import Call
    from maildrop_py.translation import Text


@record
class Pipe:
    """The program of `call` gets the message, or a part of it, on its standard input."""

    call: Call
    otherwise: Then | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/call"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Pipe:
        from maildrop_py.rules.language.commands import parse_call

        return cls(parse_call(node, scope))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.rule import with_otherwise

        wording = text("pipe to {call}", call=self.call.describe())
        return with_otherwise(wording, self.otherwise, text)

    def apply(self, builder: Builder) -> None:
        builder.pipe(self.call, self.otherwise)
