"""then: reads a `then` mapping into actions, in the order they are carried out.

What is not final comes first, in the order written; then the final action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maildrop_py.record import replace
from maildrop_py.rules.actions import ACTIONS, FINAL
from maildrop_py.rules.actions.file import File
from maildrop_py.rules.actions.flags import Flags
from maildrop_py.rules.document import Node
from maildrop_py.rules.registry import action_class
from maildrop_py.rules.rule_set import Then
from maildrop_py.rules.scope import Scope

if TYPE_CHECKING:
    from maildrop_py.rules.actions.action import Action


def parse_then(node: Node, scope: Scope) -> Then:
    """The actions of a mapping; each mistake in it is noted, and the rest read."""
    pairs = node.pairs()
    finals = [key for key, _ in pairs if key.text() in FINAL]
    if len(finals) > 1:
        both = f"`{finals[0].text()}` and `{finals[1].text()}`"
        raise finals[1].mistake(
            f"{both} both end the run", "use `copy`, or two rules, the first with `continue: true`"
        )
    going_on = [value for key, value in pairs if key.text() == "continue"]
    found: dict[str, Action] = {}
    for key, value in pairs:
        if key.text() != "continue":
            action = scope.attempt(lambda k=key, v=value: _one(k, v, scope))  # type: ignore[misc]
            if action is not None:
                found[key.text()] = action
    if not pairs:
        raise node.mistake("nothing is done here", "such as {file: INBOX}")
    final = bool(finals) and not (going_on and going_on[0].boolean())
    return Then(_ordered(found), final)


def _one(key: Node, value: Node, scope: Scope) -> Action:
    name = key.choice([*ACTIONS, "continue"], "action")
    return action_class(name).parse(value, scope)


def _ordered(found: dict[str, Action]) -> tuple[Action, ...]:
    """Flags beside a `file` become that filing's own."""
    filing, flags = found.get("file"), found.get("flags")
    if isinstance(filing, File) and isinstance(flags, Flags):
        found["file"] = replace(filing, letters=flags.letters, keywords=flags.keywords)
        del found["flags"]
    first = [action for name, action in found.items() if name not in FINAL]
    return (*first, *(action for name, action in found.items() if name in FINAL))


def schema() -> dict[str, Any]:
    """The JSON Schema of a `then` mapping."""
    properties = {name: action_class(name).SCHEMA for name in ACTIONS}
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {**properties, "continue": {"type": "boolean"}},
    }
