"""known_names: a last look at the rules: every name in a template must be set above it.

A name is not where a recipe's expression ended in no rule. A rule that uses such a name
is a gap: the whole file would be refused for it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, Gap
from maildrop_py.convert.predicate import Negated, Test, tests_of
from maildrop_py.convert.procmail.environment import RESERVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate

_USED = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})")
_GROUP = re.compile(r"\(\?P<(\w+)>")


def with_known_names(items: list[Any]) -> list[Any]:
    """The items, rules that use an unknown name as gaps."""
    known = set(RESERVED)
    found: list[Any] = []
    for item in items:
        if not isinstance(item, ConvertedRule):
            found.append(item)
            continue
        groups = _groups(item.when)
        unknown = (_used(item.then) | _used(_values(item.when))) - known - groups
        unknown |= {name for name in _asked(item.when) if name not in known | groups}
        if unknown:
            reason = f"what {', '.join(sorted(unknown))} would be is not known here"
            found.append(Gap(item.line, item.source, reason))
            continue
        known |= groups | set(item.then.get("set", {}))
        known |= set(item.then.get("otherwise", {}).get("set", {}))
        found.append(item)
    return found


def _groups(when: Predicate) -> set[str]:
    """Names of groups in tests that are not negated."""
    if isinstance(when, bool | Negated):
        return set()
    if isinstance(when, Test):
        return set(_GROUP.findall(json.dumps(when.value)))
    return {name for inner in when.inner for name in _groups(inner)}


def _values(when: Predicate) -> list[Any]:
    return [test.value for test in tests_of(when)]


def _asked(when: Predicate) -> list[str]:
    return [name for test in tests_of(when) if test.key == "var" for name in test.value]


def _used(value: Any) -> set[str]:
    """Names in templates; an expression's own braces are escaped."""
    return set(_USED.findall(json.dumps(value, default=str).replace("\\\\{", "")))
