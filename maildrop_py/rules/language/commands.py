"""commands: reads `[program, argument]`, which is only allowed where the file says so."""

from __future__ import annotations

import os

from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.scope import Scope


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
        raise node.mistake("no shell splits this into words", f"write a list: {hint}")
    if argv[0].startswith("~/"):
        argv[0] = os.path.join(scope.home, argv[0][2:])
    return tuple(argv)
