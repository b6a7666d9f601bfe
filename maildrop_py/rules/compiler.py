"""compiler: from a RuleSet to a Program, with the index that finds rules fast."""

from __future__ import annotations

import marshal

from maildrop_py.rules.anchors import anchors_of
from maildrop_py.rules.packing import pack
from maildrop_py.rules.program import LONGEST_PREFIX, Index, Program
from maildrop_py.rules.rule_set import RuleSet


def compile_rules(rules: RuleSet) -> Program:
    """The program that does what the rules say."""
    always: list[int] = []
    found: dict[str, dict[int, dict[str, list[int]]]] = {}
    for number, rule in enumerate(rules.rules):
        anchors = anchors_of(rule.when) if rule.when is not None else ()
        if not anchors:
            always.append(number)
        for field, literal in anchors:
            prefix = literal[:LONGEST_PREFIX]
            table = found.setdefault(field, {}).setdefault(len(prefix), {})
            table.setdefault(prefix, []).append(number)
    packed = [marshal.dumps(pack(rule)) for rule in rules.rules]
    return Program(rules.settings, packed, tuple(always), _frozen(found))


def _frozen(found: dict[str, dict[int, dict[str, list[int]]]]) -> Index:
    return {
        field: {
            length: {prefix: tuple(numbers) for prefix, numbers in table.items()}
            for length, table in by_length.items()
        }
        for field, by_length in found.items()
    }
