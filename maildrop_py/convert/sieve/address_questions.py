"""address_questions: Sieve's `address` and `envelope` as conditions of the rule language."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either
from maildrop_py.convert.sieve.addresses import PARTS, address_tests
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.counts import counted
from maildrop_py.convert.sieve.texts import EXISTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Asker

SHORT = {"from": "from", "cc": "cc", "reply-to": "reply_to"}


def address(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, *PARTS)
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    part = next((one for one in PARTS if one in arguments.tags), "all")
    if arguments.match_type == "count":
        if len(names) != 1 or part != "all":
            raise NotTranslatable("addresses of several headers are counted together")
        return _of_address(asker, names[0], counted(arguments, asker.constants(keys)))
    if asker.groups_for(arguments):
        raise NotTranslatable("what a part of an address matched is used")

    def over(values: list[str]) -> Predicate:
        tests = _tests(part, arguments, values)
        value = tests[0] if len(tests) == 1 else tests
        return either(*(_of_address(asker, name, value) for name in names))

    return asker.over_keys(keys, over)


def _of_address(asker: Asker, name: str, value: Any) -> Predicate:
    if not re.fullmatch(r"[!-9;-~]+", name):
        return False
    if name.lower() in SHORT:
        return asker.message(SHORT[name.lower()], value)
    return asker.message("address", {name: value})


ENVELOPE = {"from": "sender", "to": "recipient"}


def envelope(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, *PARTS)
    names, keys = asker.constants(arguments.texts(0)), arguments.texts(1)
    part = next((one for one in PARTS if one in arguments.tags), "all")
    if any(name.lower() not in ENVELOPE for name in names):
        raise NotTranslatable(f"the envelope's {', '.join(names)}")
    if part == "detail":
        return _detail(asker, arguments, names, keys)
    groups = asker.groups_for(arguments)

    def over(values: list[str]) -> Predicate:
        if groups or arguments.match_type == "regex":
            tests = [_as_text(part, one) for one in asker.texts(arguments, groups).of(values)]
        else:
            tests = _tests(part, arguments, values)
        value = tests[0] if len(tests) == 1 else tests
        return either(*(asker.message(ENVELOPE[name.lower()], value) for name in names))

    return asker.over_keys(keys, over)


def _as_text(part: str, test: Any) -> Any:
    """A test of the whole address as a text; of a part, an expression with the @ beside it."""
    if not isinstance(test, str):
        raise NotTranslatable("parts of the envelope are compared in two ways")
    if part == "domain":
        return {"regex": f"@{test.removeprefix('^')}" if test.startswith("^") else f"@.*(?:{test})"}
    if part == "localpart":
        whole = test.startswith("^") and test.endswith("$")
        return {"regex": f"{test[:-1]}@" if whole else f"(?:{test}).*@"}
    if part != "all":
        raise NotTranslatable(f"what matched in the :{part} of the envelope is used")
    return {"regex": test}


def _tests(part: str, arguments: Arguments, values: list[str]) -> list[Any]:
    return [
        one
        for value in values
        for one in address_tests(part, arguments.match_type, arguments.comparator, value)
    ]


def _detail(
    asker: Asker, arguments: Arguments, names: list[str], keys: tuple[str, ...]
) -> Predicate:
    if [name.lower() for name in names] != ["to"]:
        raise NotTranslatable("the :detail of the envelope's sender")
    texts = asker.texts(arguments, asker.groups_for(arguments))

    def over(values: list[str]) -> Predicate:
        tests = [{"glob": "*"} if one == EXISTS else one for one in texts.of(values)]
        return asker.message("extension", tests[0] if len(tests) == 1 else tests)

    return asker.over_keys(keys, over)
