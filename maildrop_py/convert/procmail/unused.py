"""unused: variables that no rule asks for are left out: a person would not write them."""

from __future__ import annotations

import json
import re
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule
from maildrop_py.convert.predicate import tests_of


def without_unused(items: list[Any]) -> list[Any]:
    """The items, but for rules that only set fixed texts which nothing below looks at."""
    found: list[Any] = []
    read: set[str] = set()
    for item in reversed(items):
        if isinstance(item, ConvertedRule):
            if _only_sets(item) and not set(item.then["set"]) & read:
                continue
            read |= _words(item)
        found.append(item)
    return found[::-1]


def _only_sets(rule: ConvertedRule) -> bool:
    """Whether leaving the rule out leaves out its variables alone: no program, no test once."""
    return (
        set(rule.then) == {"set"}
        and all(isinstance(value, str) for value in rule.then["set"].values())
        and all(test.repeatable for test in tests_of(rule.when))
    )


def _words(rule: ConvertedRule) -> set[str]:
    """Every name that may be a variable's: a few more are no harm."""
    tests = [[test.key, test.value] for test in tests_of(rule.when)]
    values = [value for key, value in rule.then.items() if key != "set"]
    values += list(rule.then.get("set", {}).values())
    return set(re.findall(r"\w+", json.dumps([tests, values], default=str)))
