"""then: reads a `then` mapping into actions, in the order they are carried out.

What is not final comes first, in the order written; then the final action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maildrop_py.record import replace
from maildrop_py.rules.actions import ACTIONS, FINAL
from maildrop_py.rules.actions.file import File
from maildrop_py.rules.actions.flags import Flags
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.rule_set import Then
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.registry import action_class

if TYPE_CHECKING:
    from maildrop_py.rules.actions.action import Action

CONTINUE = "continue"
THERE = (*ACTIONS, CONTINUE)
NO_COPY = ("discard", "reject")
"""Final actions that leave no copy: to go on after them means nothing."""


def parse_then(node: Node, scope: Scope) -> Then:
    """The actions of a mapping; each mistake in it is noted, and the rest read.

    Final actions are read last, as they are carried out: `set` beside them counts.
    """
    pairs = node.pairs()
    found: dict[str, Action] = {}
    for key, value in sorted(pairs, key=lambda pair: pair[0].text() in FINAL):
        if key.text() != CONTINUE:
            action = scope.attempt(_one, key, value, scope)
            if action is not None:
                found[key.text()] = action
    if all(key.text() == CONTINUE for key, _ in pairs):
        raise node.mistake("nothing is done here", "such as {file: INBOX}")
    return Then(_ordered(found), _is_final(pairs))


def _one(key: Node, value: Node, scope: Scope) -> Action:
    name = key.text()
    if name in ACTIONS:
        return action_class(name).parse(value, scope)
    in_when = name in CONDITIONS
    hint = "a condition: it belongs under `when`" if in_when else suggestion(name, THERE)
    raise key.mistake(f"unknown action {name!r}", hint)


def _is_final(pairs: list[tuple[Node, Node]]) -> bool:
    """Whether the run ends with these actions; raises Mistake where they contradict."""
    finals = [key for key, _ in pairs if key.text() in FINAL]
    if len(finals) > 1:
        both = f"`{finals[0].text()}` and `{finals[1].text()}`"
        raise finals[1].mistake(
            f"{both} both end the run", "use `copy`, or two rules, the first with `continue: true`"
        )
    goes_on = any(value.boolean() for key, value in pairs if key.text() == CONTINUE)
    if goes_on and finals and finals[0].text() in NO_COPY:
        raise finals[0].mistake(f"`{finals[0].text()}` cannot go on", "leave `continue` out")
    return bool(finals) and not goes_on


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
        "properties": {**properties, CONTINUE: {"type": "boolean"}},
    }
