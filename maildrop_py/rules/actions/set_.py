"""set: give names to texts, for the templates and `var` tests of later rules.

`{x: {output: [program, argument]}}` is the first line of what a program prints."""

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
class Set:
    """Pairs of a variable's name and its text, or the program that prints it."""

    values: tuple[tuple[str, Template | Call], ...]

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
        "additionalProperties": {
            "anyOf": [
                {"type": ["string", "number"]},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["output"],
                    "properties": {"output": {"$ref": "#/$defs/call"}},
                },
            ]
        },
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Set:
        if not node.pairs():
            raise node.mistake("nothing is set here", "such as {topic: work}")
        values = []
        for key, value in node.pairs():
            if not key.text().isidentifier():
                raise key.mistake(
                    "{key!r} cannot be a name", "letters, digits and _", key=key.text()
                )
            values.append((key.text(), _value(value, scope)))
            scope.variables.add(key.text())
        return cls(tuple(values))

    def describe(self, text: Text = str.format) -> str:
        values = (
            text("{name} to {value}", name=it, value=_in_words(value)) for it, value in self.values
        )
        return text("set {values}", values=", ".join(values))

    def apply(self, builder: Builder) -> None:
        from maildrop_py.rules.program.template import Template

        for name, value in self.values:
            is_text = isinstance(value, Template)
            builder.set(name, builder.text(value) if is_text else builder.output(value))  # type: ignore[arg-type]


def _value(node: Node, scope: Scope) -> Template | Call:
    if node.kind != "mapping":
        from maildrop_py.rules.language.template_reader import parse_template

        return parse_template(node, scope)
    from maildrop_py.rules.language.commands import parse_call

    found: Call | None = None
    for key, value in node.pairs():
        key.choice(("output",), "key")
        found = parse_call(value, scope)
    if found is None:
        raise node.mistake("nothing is set here", "such as {output: [/usr/bin/program]}")
    return found


def _in_words(value: Template | Call) -> str:
    from maildrop_py.rules.program.template import Template

    return value.describe() if isinstance(value, Template) else f"what {value.describe()} prints"
