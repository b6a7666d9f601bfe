"""then: reads a `then` mapping into actions, in the order they are carried out.

What is not final comes first, in the order written; then the final action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maildrop_py.record import replace
from maildrop_py.rules.actions import ACTIONS
from maildrop_py.rules.actions.file import File
from maildrop_py.rules.actions.flags import Flags
from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.rule import Then
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.registry import action_class
from maildrop_py.translation import text

if TYPE_CHECKING:
    from maildrop_py.rules.actions.action import Action
    from maildrop_py.rules.language.vocabulary import Vocabulary

CONTINUE, OTHERWISE = "continue", "otherwise"

_ELSEWHERE = ("file", "copy", "forward", "pipe", "flags")
MAY_FAIL = {
    "pipe": _ELSEWHERE,
    "forward": _ELSEWHERE,
    "filter": ("flags", "copy", "score", "add_header", "remove_header", "set"),
}
"""Actions that may have an `otherwise` beside them, and what may be in that."""
_WHY_NOT = {
    "discard": "the message would be lost",
    "reject": "the sender cannot mend a program; file it",
    "defer": "without `otherwise` the mail server is told to try again",
}

TOGETHER = {"greylist", "tarpit"}
"""The only final actions that may be side by side: a client has to bear both."""


def parse_then(node: Node, scope: Scope) -> Then:
    """The actions of a mapping; each mistake in it is noted, and the rest read.

    Final actions are read last, as they are carried out: `set` beside them counts.
    """
    pairs = node.pairs()
    final = scope.vocabulary.final
    found: dict[str, Action] = {}
    for key, value in sorted(pairs, key=lambda pair: pair[0].text() in final):
        if key.text() not in (CONTINUE, OTHERWISE):
            action = scope.attempt(_one, key, value, scope)
            if action is not None:
                found[key.text()] = action
    if all(key.text() in (CONTINUE, OTHERWISE) for key, _ in pairs):
        raise node.mistake(
            "nothing is done here", text("such as {example}", example=scope.vocabulary.example)
        )
    for key, value in pairs:
        if key.text() == OTHERWISE:
            scope.attempt(_otherwise, key, value, pairs, found, scope)
    return Then(_ordered(found, final), _is_final(pairs, scope.vocabulary))


def _otherwise(
    key: Node,
    node: Node,
    pairs: list[tuple[Node, Node]],
    found: dict[str, Action],
    scope: Scope,
) -> None:
    """Gives what is to be done to the one action beside it that may fail; raises Mistake."""
    names = [name.text() for name, _ in pairs if name.text() in MAY_FAIL]
    if len(names) != 1:
        hint = "it belongs beside one `pipe`, `forward` or `filter`"
        raise key.mistake("`otherwise` is what is done if a program fails", hint)
    (failing,) = names
    for name, _ in node.pairs():
        if name.text() not in MAY_FAIL[failing]:
            options = ", ".join(MAY_FAIL[failing])
            hint = _WHY_NOT.get(name.text()) or text("one of: {names}", names=options)
            raise name.mistake("`{name}` cannot be under `otherwise`", hint, name=name.text())
    then = parse_then(node, scope)
    if failing != "filter" and all(isinstance(action, Flags) for action in then.actions):
        raise node.mistake("nobody would get the message", "such as {file: INBOX}")
    if failing in found:
        found[failing] = replace(found[failing], otherwise=then)


def _one(key: Node, value: Node, scope: Scope) -> Action:
    name = key.text()
    words = scope.vocabulary
    if name in words.actions:
        found = action_class(name).parse(value, scope)
        if scope.warns:
            from maildrop_py.rules.language.warnings.actions import warn_of_action

            warn_of_action(name, value, scope)
        return found
    if name in words.conditions:
        hint = text("a condition: it belongs under `when`")
    else:
        hint = words.elsewhere.get(name) or suggestion(name, (*words.actions, CONTINUE, OTHERWISE))
    raise key.mistake("unknown action {name!r}", hint, name=name)


def _is_final(pairs: list[tuple[Node, Node]], words: Vocabulary) -> bool:
    """Whether the run ends with these actions; raises Mistake where they contradict."""
    finals = [key for key, _ in pairs if key.text() in words.final]
    if len(finals) > 1 and {key.text() for key in finals} != TOGETHER:
        both = text("`{first}` and `{second}`", first=finals[0].text(), second=finals[1].text())
        hint = "keep one of them"
        if "copy" in words.actions:
            hint = "use `copy`, or two rules, the first with `continue: true`"
        raise finals[1].mistake("{both} both end the run", hint, both=both)
    goes_on = any(value.boolean() for key, value in pairs if key.text() == CONTINUE)
    if goes_on and finals and finals[0].text() in words.ending:
        raise finals[0].mistake(
            "`{name}` cannot go on", "leave `continue` out", name=finals[0].text()
        )
    return bool(finals) and not goes_on


def _ordered(found: dict[str, Action], final: tuple[str, ...]) -> tuple[Action, ...]:
    """Flags beside a `file` become that filing's own; what is taken away is so wherever it ends."""
    filing, flags = found.get("file"), found.get("flags")
    if isinstance(filing, File) and isinstance(flags, Flags):
        found["file"] = replace(filing, letters=flags.letters, keywords=flags.keywords)
        if flags.without or flags.without_keywords:
            found["flags"] = replace(flags, letters="", keywords=())
        else:
            del found["flags"]
    first = [action for name, action in found.items() if name not in final]
    return (*first, *(action for name, action in found.items() if name in final))


def schema() -> dict[str, Any]:
    """The JSON Schema of a `then` mapping."""
    properties = {name: action_class(name).SCHEMA for name in ACTIONS}
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            **properties,
            CONTINUE: {"type": "boolean"},
            OTHERWISE: {"$ref": "#/$defs/otherwise"},
        },
    }
