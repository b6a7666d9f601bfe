"""harmless: what of a mailfilter does nothing with the mail: folders that are made, and loops
that set variables and no more.
"""

from __future__ import annotations

import re

from maildrop_py.convert.mailfilter.tree import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.mailfilter.tree import Statement

_MAKES_FOLDERS = re.compile(
    r"^\s*(?:(?:/\S+/)?test\s+!?\s*-[a-z]\s+[^;|&]+(?:\|\||&&)\s*)?(?:\S*/)?"
    r"(?:maildirmake(?:\.\w+)?|mkdir)\s[^;|&]*$"
)
_TESTS_ONLY = re.compile(r"^\s*(?:/\S+/)?test\s[^;|&]*$")


def does_nothing(command: str) -> bool:
    """Whether a command makes a folder, which rules do themselves, or only looks."""
    return bool(_MAKES_FOLDERS.match(command) or _TESTS_ONLY.match(command))


def sets_only(statement: Statement) -> bool:
    """Whether a statement in a loop does no more than set variables, and make folders."""
    if isinstance(statement.value, Output) and statement.name == "value":
        return does_nothing(statement.value.command)
    if statement.name not in ("=", "if", "{", "foreach", "while", "log", "echo"):
        return False
    blocks = [statement.block, *(branch.block for branch in statement.branches)]
    return all(sets_only(inner) for block in blocks for inner in block)
