"""pipe: give the message to a program, without a shell."""

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
class Pipe:
    """The program `argv` gets the message on its standard input."""

    argv: tuple[Template, ...]

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/argv"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Pipe:
        from maildrop_py.rules.language.commands import parse_argv
        from maildrop_py.rules.language.template_reader import parse_template
        from maildrop_py.rules.program.template import Template

        program, *_ = parse_argv(node, scope)
        arguments = node.alternatives()[1:]
        return cls((Template((program,)), *(parse_template(item, scope) for item in arguments)))

    def describe(self) -> str:
        return "pipe to " + " ".join(part.describe() for part in self.argv)

    def apply(self, builder: Builder) -> None:
        builder.pipe(tuple(builder.text(part) for part in self.argv))
