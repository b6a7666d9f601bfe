"""compiler: from a RuleSet to a Program, with the index that finds rules fast."""

from __future__ import annotations

import marshal
from itertools import accumulate

from maildrop_py.rules.actions.filter import Filter
from maildrop_py.rules.actions.now import Now
from maildrop_py.rules.language.rule_set import RuleSet
from maildrop_py.rules.program.anchors import anchors_of
from maildrop_py.rules.program.index import ANY, FEW, LENGTHS, Index
from maildrop_py.rules.program.packing import pack
from maildrop_py.rules.program.program import NUMBER, Program
from maildrop_py.rules.program.zones import zones_of

CHANGES = (Filter, Now)
"""Behind a rule that changes the message, the message as it came says nothing of the rules
that can fire."""

Found = dict[str, dict[int, dict[str, list[int]]]]


def compile_rules(rules: RuleSet) -> Program:
    """The program that does what the rules say."""
    always: list[int] = []
    found: Found = {}
    changed = False
    for number, rule in enumerate(rules.rules):
        anchors = anchors_of(rule.when) if rule.when is not None and not changed else ()
        changed = changed or any(isinstance(each, CHANGES) for each in rule.then.actions)
        for field, literal in anchors:
            _note(found.setdefault(field, {}), literal, number)
        if not anchors:
            always.append(number)
    packed = [marshal.dumps(pack(rule)) for rule in rules.rules]
    ends = [end.to_bytes(NUMBER, "big") for end in accumulate(map(len, packed))]
    index = _frozen(found)
    return Program(
        rules.settings, b"".join(packed), b"".join(ends), tuple(always), index, zones_of(rules)
    )


def _note(by_length: dict[int, dict[str, list[int]]], literal: str, number: int) -> None:
    length = next((each for each in LENGTHS if each <= len(literal)), ANY)  # PRESENT has none
    by_length.setdefault(length, {}).setdefault(literal[:length], []).append(number)


def _frozen(found: Found) -> Index:
    return {
        field: {
            length: {prefix: _number_or_more(numbers) for prefix, numbers in table.items()}
            for length, table in _together_if_few(by_length).items()
        }
        for field, by_length in found.items()
    }


def _together_if_few(by_length: dict[int, dict[str, list[int]]]) -> dict[int, dict[str, list[int]]]:
    """One table, if that is to be gone through prefix by prefix whatever their length."""
    if sum(map(len, by_length.values())) >= FEW:
        return by_length
    return {ANY: {prefix: each for table in by_length.values() for prefix, each in table.items()}}


def _number_or_more(numbers: list[int]) -> int | tuple[int, ...]:
    return numbers[0] if len(numbers) == 1 else tuple(numbers)
