"""programs: those that rules name, and that are not there or cannot be run."""

from __future__ import annotations

import os
import shutil

from maildrop_py.paths import PROGRAM_PATH
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


def warn_of_program(node: Node, scope: Scope) -> None:
    """A warning where the first word of a command, or of its `run`, is not a program."""
    if node.kind == "mapping":
        for key, value in node.pairs():
            if key.text() == "run":
                warn_of_program(value, scope)
        return
    first = node.items()[0] if node.kind == "list" else node
    program = first.text()
    if program.startswith("~/"):
        program = os.path.join(scope.home, program[2:])
    if "{" in program:
        return
    why = reason_against(program)
    if why:
        scope.warn(first, *why)


def reason_against(program: str) -> tuple[str, str] | tuple[()]:
    """Why a program cannot be run, and what would be right; () where it can."""
    if "/" not in program:
        if shutil.which(program, path=PROGRAM_PATH) is None:
            return text(
                "there is no program {program!r} in {path}", program=program, path=PROGRAM_PATH
            ), text("write its whole path")
        return ()
    if not program.startswith("/"):
        return text("{program!r} is not a whole path", program=program), text(
            "write one that begins with /"
        )
    if os.path.isdir(program):
        return text("{program} is a directory", program=program), text("name a program")
    if not os.path.exists(program):
        return text("there is no program {program}", program=program), text(
            "install it, or correct the path"
        )
    if not os.access(program, os.X_OK):
        return text("{program} may not be executed", program=program), text(
            "chmod +x {program}", program=program
        )
    return ()
