"""what_fails: recipes with `e`, which run where the program of the recipe above failed.

procmail knows that a program failed where it waits for it (flags w and W). Behind a filter
its failure is kept in a variable; beside `pipe` and `forward` stands `otherwise`.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.procmail.commands import program
from maildrop_py.convert.procmail.environment import as_template
from maildrop_py.convert.procmail.folders import path_of
from maildrop_py.convert.procmail.tree import Assignment, Block, Folder, Forward, Pipe, Recipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.flow import Flow

_SOFT = ("75",)


def asks_for_success(recipe: Recipe, flow: Flow) -> bool:
    """Whether the next recipe asks if this one's program failed."""
    following = flow.following
    waits = bool(set("wW") & set(recipe.flags))
    return waits and following is not None and bool(set("ae") & set(following.flags))


def otherwise(recipe: Recipe, flow: Flow) -> dict[str, Any]:
    """The `otherwise` of a program that takes the message, {} where there is none."""
    following = flow.following
    if following is None or not asks_for_success(recipe, flow) or "e" not in following.flags:
        return {}
    flow.answered.add(following.line)
    done = _done(following, flow)
    if done is None:
        if not _is_tried_again(following):
            flow.unanswered.add(following.line)
        return {}
    return {"otherwise": done}


def _done(recipe: Recipe, flow: Flow) -> dict[str, Any] | None:
    """What the recipe does, if that can stand under `otherwise`."""
    action, environment = recipe.action, flow.state.environment
    if recipe.conditions or set("cfhb") & set(recipe.flags):
        return None
    if isinstance(action, Folder):
        words = environment.words(action.words)
        return {"file": path_of(words[0], environment)} if len(words) == 1 else None
    if isinstance(action, Forward):
        words = environment.words(action.words)
        return {"forward": as_template(words[0])} if len(words) == 1 else None
    if isinstance(action, Pipe) and not action.capture:
        return {"pipe": program(action.command, environment)}
    return None


def _is_tried_again(recipe: Recipe) -> bool:
    """Whether it says that the mail server shall try again, as rules do by themselves."""
    nodes = recipe.action.nodes if isinstance(recipe.action, Block) else ()
    assigned = [node for node in nodes if isinstance(node, Assignment)]
    texts = {node.name: node.value for node in assigned}
    return set(texts) == {"EXITCODE", "HOST"} and texts["EXITCODE"] in {(one,) for one in _SOFT}
