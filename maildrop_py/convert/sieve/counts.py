"""counts: relational `:count` (RFC 5231) as tests that count.

Fields or addresses of several headers are counted together: where two of three are wanted,
there are two in the first, or one in the first and one in the second, and so on.
"""

from __future__ import annotations

from itertools import product

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either, every, negated
from maildrop_py.convert.sieve.fragments import NUMERIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.arguments import Arguments

    OfName: TypeAlias = "Callable[[str, dict[str, str]], Predicate]"

SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
MOST_TESTS = 40
RELATIONS = ("gt", "ge", "lt", "le", "eq", "ne")
_AS_TEXTS = {("ge", 1), ("gt", 0), ("lt", 1), ("le", 0)}
"""Comparisons that are the same where numbers are compared letter by letter."""


def counted_together(
    arguments: Arguments, numbers: list[str], names: list[str], of: OfName
) -> Predicate:
    """How many there are in the headers called `names`; `of` makes the test of one of them."""
    relation = arguments.tag("count").lower()
    return either(*(_compared(arguments, relation, number, names, of) for number in numbers))


def _compared(
    arguments: Arguments, relation: str, text: str, names: list[str], of: OfName
) -> Predicate:
    number = wanted_number(arguments.comparator, relation, text)
    if relation in ("eq", "ne"):
        same = every(_at_least(number, names, of), negated(_at_least(number + 1, names, of)))
        return same if relation == "eq" else negated(same)
    least = number + 1 if relation in ("gt", "le") else number
    found = _at_least(least, names, of)
    return found if relation in ("gt", "ge") else negated(found)


def wanted_number(comparator: str, relation: str, text: str) -> int:
    """The number in a `:count`; raises NotTranslatable where it is compared as text."""
    if not text.isdigit() or relation not in RELATIONS:
        raise NotTranslatable(f"a count is compared by {relation!r} with {text!r}")
    number = int(text)
    if (
        comparator != NUMERIC
        and relation not in ("eq", "ne")
        and (relation, number) not in _AS_TEXTS
    ):
        raise NotTranslatable("a count is compared letter by letter, as 10 comes before 2")
    return number


def _at_least(number: int, names: list[str], of: OfName) -> Predicate:
    if number <= 0:
        return True
    shares = (
        [share for share in product(range(number + 1), repeat=len(names)) if sum(share) == number]
        if (number + 1) ** len(names) <= 10_000
        else []
    )
    if not shares or len(shares) > MOST_TESTS:
        raise NotTranslatable("what is in several headers is counted together")
    return either(
        *(
            every(
                *(of(name, {"count": f">= {n}"}) for name, n in zip(names, share, strict=True) if n)
            )
            for share in shares
        )
    )
