"""reply: once delivered, each message is answered (RFC 3834).

Who gets no answer, whatever the rules say, is in `decision.silence`. For absences there is
`vacation`, which answers nobody twice in a week.
"""

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
class Reply:
    """`text` is the answer; `addresses` are further ones of the user."""

    text: Template
    subject: Template | None = None
    addresses: tuple[str, ...] = ()

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["text"],
                "properties": {
                    "text": {"type": "string"},
                    "subject": {"type": "string"},
                    "addresses": {"$ref": "#/$defs/texts"},
                },
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Reply:
        from maildrop_py.rules.language.answers import read_answer

        found = read_answer(node, ("text", "subject", "addresses"), scope)
        return cls(found.text, found.subject, found.addresses)

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.answers import in_short

        return text("answer: {in_short}", in_short=in_short(self.text))

    def apply(self, builder: Builder) -> None:
        builder.answer("reply", self.text, self.subject, self.addresses)
