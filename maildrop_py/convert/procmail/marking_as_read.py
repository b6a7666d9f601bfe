"""marking_as_read: the idiom that files a copy and moves it into `cur` with its flags.

`:0 c` and a Maildir, then `:0 a` and `| mv "$LASTFOLDER" …/cur/$MATCH:2,S`: both together
file the message with flags, and end the run.
"""

from __future__ import annotations

import re

from maildrop_py.convert.converted_rules import ConvertedRule
from maildrop_py.convert.procmail.tree import Pipe, Recipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.flow import Flow

FLAGS = {
    "D": "draft",
    "F": "flagged",
    "P": "passed",
    "R": "answered",
    "S": "seen",
    "T": "trashed",
}
_MOVES = re.compile(r"^\s*(?:\S*/)?mv\s.*LASTFOLDER.*:2,([DFPRST]*)[\"']?\s*$")
_ASKS_WHERE = re.compile(r"^\s*LASTFOLDER\s*\?\?")


def marks_as_read(recipe: Recipe, flow: Flow) -> bool:
    """Whether the recipe is the second half of the idiom; the rule above is then both."""
    action = recipe.action
    moves = _MOVES.match(action.command) if isinstance(action, Pipe) else None
    if moves is None or not set(recipe.flags) <= set("aAhiwWb"):
        return False
    if not all(_ASKS_WHERE.match(line.text) for line in recipe.conditions):
        return False
    rule = flow.state.items[-1] if flow.state.items else None
    if not isinstance(rule, ConvertedRule) or set(rule.then) != {"copy"} or flow.state.copying:
        return False
    rule.then = {"file": rule.then["copy"], "flags": [FLAGS[one] for one in moves[1]]}
    if not rule.then["flags"]:
        del rule.then["flags"]
    flow.ends(rule.when)
    return True
