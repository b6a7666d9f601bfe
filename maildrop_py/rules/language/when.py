"""when: reads a `when` mapping, whose keys must all hold, into one condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maildrop_py.rules.condition import children_of
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.conditions.all import All
from maildrop_py.rules.conditions.weigh import parse_weigh
from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.registry import condition_class
from maildrop_py.translation import marked, text

if TYPE_CHECKING:
    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.conditions.all_in_turn import AllInTurn
    from maildrop_py.rules.language.vocabulary import Vocabulary

BESIDE_WEIGH = "total"
"""The one key of a `when` that is not a condition: the total that `weigh` must reach."""

_REFUSED = {
    "uri_dnsbl": marked(
        "lists of the domains in a text need what a spam filter knows of texts: "
        "its verdict is `spam_score`"
    ),
    "score": marked("an action, under `then`; the sum so far is asked by `spam_score`"),
}


def parse_when(
    node: Node, scope: Scope, pairs: list[tuple[Node, Node]] | None = None
) -> All | AllInTurn:
    """The conditions of a mapping, or of some `pairs` of it.

    Each mistake in it is noted, and the rest is read.
    """
    pairs = node.pairs() if pairs is None else pairs
    if not pairs:
        raise node.mistake("there is no condition here", "leave `when` out to match every message")
    weighs = any(key.text() == "weigh" for key, _ in pairs)
    totals = [value for key, value in pairs if weighs and key.text() == BESIDE_WEIGH]
    found: list[Condition] = []
    for key, value in pairs:
        if value in totals:
            continue
        condition = scope.attempt(_one, key, value, scope, totals)
        if condition is not None:
            found.append(condition)
    if scope.in_turn and len(found) > 1:
        from maildrop_py.rules.conditions.all_in_turn import AllInTurn

        return AllInTurn(tuple(found))
    return All(tuple(sorted(found, key=_cost)))


def _cost(condition: Condition) -> int:
    """What a condition costs at most: that of the costliest inside it."""
    children = children_of(condition)
    return max(map(_cost, children)) if children else condition.COST


def _one(key: Node, value: Node, scope: Scope, totals: list[Node]) -> Condition:
    name = key.text()
    if name not in scope.vocabulary.conditions:
        raise key.mistake("unknown condition {name!r}", _hint(name, scope.vocabulary), name=name)
    if name == "weigh":
        found: Condition = parse_weigh(value, scope, totals)
    else:
        found = condition_class(name).parse(value, scope)
    if scope.warns:
        _warn(name, value, scope, totals)
    return found


def _warn(name: str, value: Node, scope: Scope, totals: list[Node]) -> None:
    from maildrop_py.rules.language.warnings.conditions import warn_of_condition, warn_of_total

    if name == "weigh":
        warn_of_total(value, scope, totals[0] if totals else None)
    else:
        warn_of_condition(name, value, scope)


def _hint(name: str, vocabulary: Vocabulary) -> str:
    """What may have been meant by a name that no condition has."""
    if name in _REFUSED:
        return _REFUSED[name]
    if name == BESIDE_WEIGH:
        return text("it belongs beside `weigh`")
    if name in vocabulary.actions:
        return text("an action: it belongs under `then`")
    if name in vocabulary.elsewhere:
        return vocabulary.elsewhere[name]
    known = name.lower().replace("-", "_") in vocabulary.conditions
    if not known and ("-" in name or name[:1].isupper()):
        return text("a header is asked about by `header: {{{name}: …}}`", name=name)
    return suggestion(name, vocabulary.conditions)


def schema() -> dict[str, Any]:
    """The JSON Schema of a `when` mapping."""
    properties = {name: condition_class(name).SCHEMA for name in CONDITIONS}
    properties[BESIDE_WEIGH] = {"$ref": "#/$defs/comparison"}
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": properties,
        "dependentRequired": {BESIDE_WEIGH: ["weigh"]},
    }
