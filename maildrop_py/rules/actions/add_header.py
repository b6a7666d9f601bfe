"""add_header: put headers on top of what is delivered.

Conditions of later rules see the message as it came, without them."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template


@record
class AddHeader:
    """Pairs of a name and a value; delivery makes the values safe."""

    headers: tuple[tuple[str, Template], ...]

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": ["string", "number"]},
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> AddHeader:
        from maildrop_py.rules.language.header_name import header_name
        from maildrop_py.rules.language.template_reader import parse_template

        pairs = node.pairs()
        if not pairs:
            raise node.mistake("no header is named here", "such as {X-Folder: work}")
        return cls(tuple((header_name(key), parse_template(value, scope)) for key, value in pairs))

    def describe(self) -> str:
        said = (f"{name}: {value.describe()}" for name, value in self.headers)
        return "add header " + ", ".join(said)

    def apply(self, builder: Builder) -> None:
        for name, value in self.headers:
            builder.add_header(name, builder.text(value))
