"""commands: reads `[program, argument]`, which is only allowed where the file says so.

`{run: [program, argument], environment: {NAME: text}, part: header}` says more.
"""

from __future__ import annotations

import os
from typing import Any

from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.language.template_reader import parse_template
from maildrop_py.rules.program.call import BODY, HEADER, PROPERTIES, Call
from maildrop_py.rules.program.template import Template
from maildrop_py.translation import text

KEYS = ("run", "environment", "part")
SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"$ref": "#/$defs/argv"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["run"],
            "properties": PROPERTIES,
        },
    ]
}


def parse_argv(node: Node, scope: Scope) -> tuple[str, ...]:
    """A program with its arguments; raises Mistake where commands are not allowed."""
    if not scope.allow_commands:
        raise node.mistake(
            "commands are not allowed in these rules", "write `allow_commands: true` at the top"
        )
    argv = node.texts()
    if not argv[0]:
        raise node.mistake("no program is named here", "such as [/usr/bin/program, argument]")
    if node.kind != "list" and " " in argv[0]:
        hint = "[" + ", ".join(argv[0].split()) + "]"
        raise node.mistake("no shell splits this into words", text("write a list: {it}", it=hint))
    if argv[0].startswith("~/"):
        argv[0] = os.path.join(scope.home, argv[0][2:])
    return tuple(argv)


def parse_call(node: Node, scope: Scope, beside: tuple[str, ...] = ()) -> Call:
    """A program, or a mapping that says how it is run; keys `beside` are the caller's."""
    if node.kind != "mapping":
        return Call(_templates(node, scope))
    found: dict[str, Node] = {}
    for key, value in node.pairs():
        found[key.choice((*KEYS, *beside), "key")] = value
    if "run" not in found:
        raise node.mistake("no program is named here", "such as {run: [/usr/bin/program]}")
    environment = found.get("environment")
    pairs = environment.pairs() if environment is not None else []
    return Call(
        _templates(found["run"], scope),
        tuple((_name(key), parse_template(value, scope)) for key, value in pairs),
        found["part"].choice((HEADER, BODY), "part") if "part" in found else "",
    )


def _templates(node: Node, scope: Scope) -> tuple[Template, ...]:
    program, *_ = parse_argv(node, scope)
    arguments = node.alternatives()[1:]
    return (Template((program,)), *(parse_template(item, scope) for item in arguments))


def _name(key: Node) -> str:
    name = key.text()
    if not (name.isascii() and name.isidentifier()):
        raise key.mistake(
            "{name!r} cannot be a variable's name", "letters, digits and _", name=name
        )
    return name
