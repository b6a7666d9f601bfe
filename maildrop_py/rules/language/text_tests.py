"""text_tests: reads the tests that text conditions make, from YAML.

A bare text is a regular expression; a mapping names the kind of test:
`regex`, `contains`, `is`, `glob`, `exists`. A list holds alternatives.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.message.normal_form import composed
from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.matching.engine import BadExpression, Expression, compiled
from maildrop_py.rules.matching.literals import regex
from maildrop_py.rules.matching.pattern import INNER, Regex
from maildrop_py.rules.matching.text import Contains, Glob, Is

TextTest = Regex | Contains | Is | Glob

GROUP = re.compile(r"(?<!\\)\(\?P?<(\w+)>")

KINDS = ("regex", "contains", "is", "glob")

ONE_TEST: dict[str, Any] = {
    "anyOf": [
        {"type": ["string", "number"], "description": "regular expression (RE2), ignoring case"},
        {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {kind: {"$ref": "#/$defs/texts"} for kind in KINDS},
        },
    ]
}
SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"$ref": "#/$defs/one_text_test"},
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/one_text_test"}},
    ]
}


def parse_tests(node: Node, scope: Scope, around: str = "") -> tuple[TextTest, ...]:
    """The alternatives of a text test; `around` is put around bare expressions."""
    tests: list[TextTest] = []
    for item in node.alternatives():
        if item.kind == "mapping":
            tests += _named(item, scope, around)
        else:
            tests.append(parse_regex(item, scope, around))
    return tuple(tests)


def _named(node: Node, scope: Scope, around: str) -> list[TextTest]:
    pairs = node.pairs()
    if len(pairs) != 1:
        raise node.mistake("one kind of test must be here", "use `all` or `any` for several")
    key, value = pairs[0]
    kind = key.choice(KINDS, "kind of test")
    return [_one(kind, item, scope, around) for item in value.alternatives()]


def _one(kind: str, node: Node, scope: Scope, around: str) -> TextTest:
    if kind == "regex":
        return parse_regex(node, scope, around)
    text = composed(node.text())
    if kind == "contains":
        if not text:
            raise node.mistake("an empty text is in everything", "use `exists: true`")
        return Contains(text)
    return Is(text) if kind == "is" else Glob(text)


def parse_regex(node: Node, scope: Scope, around: str = "") -> Regex:
    """One regular expression; its named groups are noted for templates.

    `around` is an expression that it is put into, in the place of `{}`.
    """
    written = composed(node.text())
    scope.rule_groups |= set(check_regex(node, written, scope).groups)
    found = regex(written)
    if not around:
        return found
    whole = around.replace("{}", f"(?P<{INNER}>{written})")
    check_regex(node, whole, scope)
    return Regex(whole, found.literals, shown=written)


def check_regex(node: Node, expression: str, scope: Scope, latin1: bool = False) -> Expression:
    """The compiled expression, `latin1` as for the engine; raises Mistake where RE2 refuses it."""
    if not expression:
        raise node.mistake("an empty expression matches everything", "use `exists: true`")
    try:
        found = compiled(expression, latin1)
    except BadExpression as error:
        raise node.mistake(f"bad regular expression: {error}", _hint(expression)) from None
    scope.count_instructions(node, found.size)
    names: set[str] = set()
    for name in GROUP.findall(expression):
        if name in names:
            raise node.mistake(f"two groups are called {name!r}", "only the first would count")
        names.add(name)
    return found


def _hint(expression: str) -> str:
    if any(sign in expression for sign in ("(?=", "(?!", "(?<=", "(?<!")):
        return "RE2 has no look-around; use `not` for what must be absent"
    if "\\Z" in expression:
        return "write \\z for the end of the text"
    if expression.startswith(("*", "+", "?")):
        return "write .* for any text, or {glob: …} for a shell pattern"
    if any(f"\\{digit}" in expression for digit in "123456789"):
        return "RE2 has no back-references"
    return ""
