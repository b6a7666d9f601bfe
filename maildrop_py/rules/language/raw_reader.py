"""raw_reader: reads expressions over bytes, in which `{name}` may be."""

from __future__ import annotations

import re

from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.scope import Scope
from maildrop_py.rules.language.text_tests import check_regex
from maildrop_py.rules.matching.raw import RawExpression
from maildrop_py.rules.program.template import Template

_NAME = re.compile(r"(?<!\\)\{([A-Za-z_]\w*)\}")


def parse_raw(node: Node, scope: Scope) -> tuple[RawExpression, ...]:
    """One expression, or a list of alternatives; their groups are noted for templates."""
    return tuple(_one(item, scope) for item in node.alternatives())


def _one(node: Node, scope: Scope) -> RawExpression:
    written = node.text()
    known = {*scope.variables, *scope.rule_groups}
    parts: list[str | tuple[str, str]] = []
    at = 0
    for found in _NAME.finditer(written):
        if found[1] in known:
            scope.use(found[1])
            parts += [written[at : found.start()], (found[1], "")]
            at = found.end()
    parts.append(written[at:])
    checked = "".join(part if isinstance(part, str) else "x" for part in parts)
    expression = check_regex(node, checked, scope, latin1=True)
    scope.rule_groups |= set(expression.groups)
    if len(parts) == 1:
        return RawExpression(written)
    return RawExpression(written, Template(tuple(part for part in parts if part)))
