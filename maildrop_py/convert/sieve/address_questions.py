"""address_questions: Sieve's `address` and `envelope` as conditions of the rule language."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either
from maildrop_py.convert.sieve.addresses import PARTS, address_pattern, address_tests
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.counts import counted_together
from maildrop_py.convert.sieve.texts import EXISTS, checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Asker

SHORT = {"from": "from", "cc": "cc", "reply-to": "reply_to"}
ENVELOPE = {"from": "sender", "to": "recipient"}
ELSEWHERE = ("auth", "notify")
"""Parts of an envelope that a delivery does not have: they match nothing (RFC 5228 5.4)."""


def address(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, *PARTS)
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    part = _part(arguments)
    if arguments.match_type == "count":
        if part not in ("all", "domain", "localpart"):
            raise NotTranslatable(f"each :{part} of addresses is counted")
        numbers = asker.constants(keys)
        return counted_together(arguments, numbers, names, lambda n, v: _of_address(asker, n, v))
    groups = asker.groups_for(arguments)

    def over(values: list[str]) -> Predicate:
        tests = _tests(asker, arguments, part, groups, values)
        if not tests:
            return False
        value = tests[0] if len(tests) == 1 else tests
        return either(*(_of_address(asker, name, value) for name in names))

    return asker.over_keys(keys, over)


def _part(arguments: Arguments) -> str:
    return next((one for one in PARTS if one in arguments.tags), "all")


def _tests(
    asker: Asker, arguments: Arguments, part: str, groups: str, values: list[str]
) -> list[Any]:
    """Addresses, domains and globs where these do; else expressions over each address."""
    try:
        if groups:
            raise NotTranslatable("what a part of an address matched is used")
        return [
            one
            for value in values
            for one in address_tests(part, arguments.match_type, arguments.comparator, value)
        ]
    except NotTranslatable:
        how = asker.comparison(arguments, groups)
        tests = [{"address": checked(address_pattern(part, how, value))} for value in values]
        asker.variables.know_groups(groups, tests)
        return list(tests)


def _of_address(asker: Asker, name: str, value: Any) -> Predicate:
    if not re.fullmatch(r"[!-9;-~]+", name):
        return False
    if name.lower() in SHORT:
        return asker.message(SHORT[name.lower()], value)
    return asker.message("address", {name: value})


def envelope(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, *PARTS)
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    names = [name for name in names if name.lower() not in ELSEWHERE]
    part = _part(arguments)
    if any(name.lower() not in ENVELOPE for name in names):
        raise NotTranslatable(f"the envelope's {', '.join(names)}")
    if arguments.match_type == "count":
        raise NotTranslatable("the addresses of the envelope are counted")
    groups = asker.groups_for(arguments)
    if part == "detail" and [name.lower() for name in names] == ["to"]:
        return _detail(asker, arguments, keys, groups)

    def over(values: list[str]) -> Predicate:
        tests = _of_envelope(asker, arguments, part, groups, values)
        if not tests:
            return False
        value = tests[0] if len(tests) == 1 else tests
        return either(*(asker.message(ENVELOPE[name.lower()], value) for name in names))

    return asker.over_keys(keys, over)


def _of_envelope(
    asker: Asker, arguments: Arguments, part: str, groups: str, values: list[str]
) -> list[Any]:
    tests = _tests(asker, arguments, part, groups, values)
    return [{"regex": one["address"]} if isinstance(one, dict) else one for one in tests]


def _detail(asker: Asker, arguments: Arguments, keys: tuple[str, ...], groups: str) -> Predicate:
    texts = asker.texts(arguments, groups)

    def over(values: list[str]) -> Predicate:
        tests = [{"glob": "*"} if one == EXISTS else one for one in texts.of(values)]
        asker.variables.know_groups(groups, tests)
        return asker.message("extension", tests[0] if len(tests) == 1 else tests)

    return asker.over_keys(keys, over)
