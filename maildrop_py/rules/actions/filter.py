"""filter: let a program change the message; later rules see its output.

With `part` its output takes the place of the header or the body alone. The message
stays as it is where the program cannot be run, ends with another status than 0,
or prints nothing."""

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
class Filter:
    """What the program of `call` prints is the message from here on."""

    call: Call
    otherwise: Then | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/call"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Filter:
        from maildrop_py.rules.language.commands import parse_call

        return cls(parse_call(node, scope))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.rule import with_otherwise

        wording = text("filter through {call}", call=self.call.describe())
        return with_otherwise(wording, self.otherwise, text)

    def apply(self, builder: Builder) -> None:
        if not builder.filter(self.call) and self.otherwise is not None:
            for action in self.otherwise.actions:
                action.apply(builder)
