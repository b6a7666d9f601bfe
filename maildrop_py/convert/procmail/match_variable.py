"""match_variable: MATCH: what a recipe that holds has found; it stays where one does not hold."""

from __future__ import annotations

import re

from maildrop_py.convert.procmail.naming import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.flow import Flow
    from maildrop_py.convert.procmail.questions import Asked
    from maildrop_py.convert.procmail.tree import Recipe
    from maildrop_py.convert.state import Noted

_READS = re.compile(r"\$\{?\\?MATCH|^\s*\*.*\bMATCH\s*\?\?")


def keep_match(recipe: Recipe, asked: Asked, noted: Noted, flow: Flow) -> None:
    """MATCH is what this recipe found; where it did not hold, what it was before."""
    environment = flow.state.environment
    if asked.match is None:
        return
    before = environment.snapshot().get("MATCH")
    environment.set("MATCH", asked.match)
    if before in (None, "") or not _is_read_behind(recipe, flow):
        return
    if isinstance(before, str):
        environment.set("MATCH", before)
        flow.assignments.put("MATCH", asked.match, recipe.line, noted.predicate, shown(recipe))


def _is_read_behind(recipe: Recipe, flow: Flow) -> bool:
    """Whether MATCH is used below before it is set again."""
    for line in flow.rest.splitlines()[recipe.action_line :]:
        if _READS.search(line):
            return True
        if "\\/" in line and line.lstrip().startswith("*"):
            return False
    return False
