"""text_tests: reads the tests that text conditions make, from YAML.

A bare text is a regular expression; a mapping names the kind of test:
`regex`, `contains`, `is`, `glob`, `number`, `exists`. A list holds alternatives. With
`case: true` beside it upper and lower case differ.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.message.normal_form import composed
from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.matching.comparison import PLAIN, parse_comparison
from maildrop_py.rules.matching.engine import BadExpression, Expression, compiled
from maildrop_py.rules.matching.literals import regex
from maildrop_py.rules.matching.number import Number
from maildrop_py.rules.matching.pattern import INNER, Regex
from maildrop_py.rules.matching.raw import quoted
from maildrop_py.rules.matching.several import Several
from maildrop_py.rules.matching.text import Contains, Glob, Is, glob_expression
from maildrop_py.translation import text as translated

OneTest = Regex | Contains | Is | Glob | Number
TextTest = OneTest | Several

GROUP = re.compile(r"(?<!\\)\(\?P?<(\w+)>")

NUMBER, CASE = "number", "case"
TEXT_KINDS = ("regex", "contains", "is", "glob")
KINDS = (*TEXT_KINDS, NUMBER)

ENOUGH = 3
"""So many expressions side by side are looked for together."""

_PROPERTIES: dict[str, Any] = {
    **{kind: {"$ref": "#/$defs/texts"} for kind in TEXT_KINDS},
    NUMBER: {"$ref": "#/$defs/comparisons"},
    CASE: {"type": "boolean"},
}


def _of_size(size: int) -> dict[str, Any]:
    return {"minProperties": size, "maxProperties": size}


def _with(key: str, present: dict[str, Any], absent: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"required": [key]}, "then": present, "else": absent}


ONE_TEST: dict[str, Any] = {
    "anyOf": [
        {"type": ["string", "number"], "description": "regular expression (RE2), ignoring case"},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": _PROPERTIES,
            **_with(CASE, _of_size(2), _of_size(1)),
        },
    ]
}
SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"$ref": "#/$defs/one_text_test"},
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/one_text_test"}},
    ]
}
ONE_HEADER_TEST: dict[str, Any] = {
    "anyOf": [
        ONE_TEST["anyOf"][0],
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {**_PROPERTIES, "index": {"type": "integer", "not": {"const": 0}}},
            **_with(
                CASE,
                _with("index", _of_size(3), _of_size(2)),
                _with("index", _of_size(2), _of_size(1)),
            ),
        },
        {"$ref": "#/$defs/count"},
    ]
}


def parse_tests(node: Node, scope: Scope, around: str = "") -> tuple[TextTest, ...]:
    """The alternatives of a text test; `around` is put around bare expressions."""
    return tests_of(node.alternatives(), scope, around)


def tests_of(items: list[Node], scope: Scope, around: str = "") -> tuple[TextTest, ...]:
    """The same of alternatives that are apart."""
    tests: list[TextTest] = []
    for item in items:
        if item.kind == "mapping":
            tests += named_tests(item, item.pairs(), scope, around)
        else:
            tests.append(parse_regex(item, scope, around))
    return tuple(_together(tests))


def _together(tests: list[TextTest]) -> list[TextTest]:
    """The same tests, those that are nothing but expressions made into one."""
    expressions = [test for test in tests if isinstance(test, Regex)]
    if len(expressions) < max(ENOUGH, len(tests)):
        return tests
    parts = [GROUP.sub("(?:", test.expression) for test in expressions]
    screen = "|".join(f"(?:{part})" for part in parts)
    try:
        compiled(screen)
    except BadExpression:  # too large
        return tests
    known = [test.literals for test in expressions]
    literals = dict.fromkeys(literal for each in known for literal in each) if all(known) else ()
    return [Several(tuple(expressions), screen, tuple(literals))]


def named_tests(
    node: Node, pairs: list[tuple[Node, Node]], scope: Scope, around: str = ""
) -> list[TextTest]:
    """The tests that `pairs` of a mapping say: one kind, and perhaps `case`."""
    exact = any(value.boolean() for key, value in pairs if key.text() == CASE)
    pairs = [pair for pair in pairs if pair[0].text() != CASE]
    if len(pairs) != 1:
        raise node.mistake("one kind of test must be here", "use `all` or `any` for several")
    key, value = pairs[0]
    kind = key.choice(KINDS, "kind of test")
    read = _exact if exact else _one
    return [read(kind, item, scope, around) for item in value.alternatives()]


def _one(kind: str, node: Node, scope: Scope, around: str) -> OneTest:
    if kind == "regex":
        return parse_regex(node, scope, around)
    if kind == NUMBER:
        return Number(parse_comparison(node, PLAIN))
    text = composed(node.text())
    if kind == "contains":
        if not text:
            raise node.mistake("an empty text is in everything", "use `exists: true`")
        return Contains(text)
    return Is(text) if kind == "is" else Glob(text)


def _exact(kind: str, node: Node, scope: Scope, around: str) -> TextTest:
    """A test in which upper and lower case differ: an expression that says so."""
    test = _one(kind, node, scope, "")
    if isinstance(test, Number):
        raise node.mistake("a number has no upper and lower case", "leave `case` out")
    if isinstance(test, Regex):
        written = test.expression
    elif isinstance(test, Glob):
        written = glob_expression(test.glob)
    else:
        text = quoted(test.wanted.strip() if isinstance(test, Is) else test.wanted)
        written = rf"^\s*{text}\s*$" if isinstance(test, Is) else text
    whole = around.replace("{}", f"(?P<{INNER}>{written})") if around else written
    check_regex(node, f"(?-i){whole}", scope)
    return Regex(f"(?-i){whole}", regex(written).literals, shown=f"(?-i){written}")


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
        raise node.mistake(
            "bad regular expression: {error}", _hint(expression), error=error
        ) from None
    scope.count_instructions(node, found.size)
    names: set[str] = set()
    for name in GROUP.findall(expression):
        if name in names:
            raise node.mistake(
                "two groups are called {name!r}", "only the first would count", name=name
            )
        names.add(name)
    return found


def _hint(expression: str) -> str:
    if any(sign in expression for sign in ("(?=", "(?!", "(?<=", "(?<!")):
        return translated("RE2 has no look-around; use `not` for what must be absent")
    if "\\Z" in expression:
        return translated("write \\z for the end of the text")
    if expression.startswith(("*", "+", "?")):
        return translated("write .* for any text, or {glob: …} for a shell pattern")
    if any(f"\\{digit}" in expression for digit in "123456789"):
        return translated("RE2 has no back-references")
    return ""
