"""set: give names to texts, for the templates of later rules."""

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
class Set:
    """Pairs of a variable's name and the text it stands for."""

    values: tuple[tuple[str, Template], ...]

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
        "additionalProperties": {"type": ["string", "number"]},
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Set:
        from maildrop_py.rules.language.template_reader import parse_template

        values = []
        if not node.pairs():
            raise node.mistake("nothing is set here", "such as {topic: work}")
        for key, value in node.pairs():
            if not key.text().isidentifier():
                raise key.mistake(f"{key.text()!r} cannot be a name", "letters, digits and _")
            values.append((key.text(), parse_template(value, scope)))
            scope.variables.add(key.text())
        return cls(tuple(values))

    def describe(self) -> str:
        return "set " + ", ".join(f"{name} to {value.describe()}" for name, value in self.values)

    def apply(self, builder: Builder) -> None:
        for name, value in self.values:
            builder.set(name, builder.text(value))
