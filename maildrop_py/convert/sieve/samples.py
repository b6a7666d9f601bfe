"""samples: texts that a Sieve script's tests would match, for messages made from them."""

from __future__ import annotations

from maildrop_py.convert.converted_rules import Wanted
from maildrop_py.convert.procmail.expression_examples import example
from maildrop_py.convert.sieve.arguments import Arguments
from maildrop_py.convert.sieve.tree import Command, Test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def wanted(asked: Iterable[tuple[int, Command]]) -> tuple[tuple[int, tuple[Wanted, ...]], ...]:
    """For each branch what a message must have, as far as it can be guessed."""
    found = []
    for line, branch in asked:
        texts = tuple(each for test in branch.tests for each in _of(test, False))
        found.append((line, texts))
    return tuple(found)


def _of(test: Test, is_negated: bool) -> Iterator[Wanted]:
    if test.name == "not":
        is_negated = not is_negated
    for inner in test.tests:
        yield from _of(inner, is_negated)
    arguments = Arguments(test)
    texts = [one for one in arguments.others if isinstance(one, tuple) and one]
    if test.name in ("header", "address") and len(texts) == 2:
        value = _example(arguments, texts[1][0], test.name == "address")
        yield Wanted("H", f"{texts[0][0]}: {value}", is_negated)
    elif test.name == "exists" and texts:
        for name in texts[0]:
            yield Wanted("H", f"{name}: x", is_negated)
    elif test.name == "body" and texts:
        yield Wanted("B", _example(arguments, texts[0][0]), is_negated)


def _example(arguments: Arguments, key: str, is_address: bool = False) -> str:
    text = key
    if arguments.match_type == "matches":
        text = key.replace("*", "ab").replace("?", "c")
    elif arguments.match_type == "regex":
        text = example(key.removeprefix("^"))
    text = " ".join(text.split())
    if "domain" in arguments.tags:
        return f"someone@{text}"
    if {"localpart", "user", "detail"} & set(arguments.tags):
        return f"{text}@example.org"
    return f"{text}@example.org" if is_address and "@" not in text else text
