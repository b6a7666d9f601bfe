"""notify: once delivered, a short text goes to an address or a program (RFC 5435, RFC 5436).

What is itself a notification is never told of, or two could go on for ever.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.call import Call
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text


@record
class Notify:
    """`text` goes to the address `to`, or to the standard input of `program`."""

    text: Template
    to: str = ""
    program: Call | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {
            "text": {"type": "string"},
            "to": {"type": "string", "pattern": "@"},
            "program": {"$ref": "#/$defs/call"},
        },
        "oneOf": [{"required": ["to"]}, {"required": ["program"]}],
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Notify:
        from maildrop_py.rules.language.answers import address_of, read_answer

        found = read_answer(node, ("text", "to", "program"), scope)
        if ("to" in found.others) == ("program" in found.others):
            raise node.mistake("one of `to` and `program` is needed", "such as to: me@example.com")
        if "to" in found.others:
            return cls(found.text, address_of(found.others["to"]))
        from maildrop_py.rules.language.commands import parse_call

        return cls(found.text, program=parse_call(found.others["program"], scope))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.answers import in_short

        to = self.to or (self.program.describe() if self.program is not None else "")
        return text("notify {to}: {message}", to=to, message=in_short(self.text))

    def apply(self, builder: Builder) -> None:
        builder.notify(self.text, self.to, self.program)
