"""spam_questions: `spamtest` and `virustest` (RFC 5235) as `spam_score` and `virus`.

Sieve's numbers go from 1 to 10, and what they mean is in the server's settings; here they are
taken for the filter's own score. A remark says so.
"""

from __future__ import annotations

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either, every, negated
from maildrop_py.convert.sieve.arguments import COMPARED, Arguments
from maildrop_py.convert.sieve.fragments import NUMERIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.asker import Asker

    AtLeast: TypeAlias = "Callable[[int], Predicate]"

REMARK = (
    "the numbers of spamtest are what the server's settings make of a score: here they are the "
    "score itself, so see whether the limit is right"
)
LETTERS = (
    "without i;ascii-numeric Sieve compares scores letter by letter, as 10 comes before 2: here "
    "they are numbers"
)
LOWEST = -1_000_000
SURE = 5
"""What `virustest` says of a virus; from 2 on there was one, perhaps removed."""


def spamtest(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED, "percent")
    asker.remark(REMARK)
    tested = asker.message("spam_score", f">= {LOWEST}")
    if arguments.match_type == "count":
        return _compared(asker, arguments, lambda n: n <= 0 or (tested if n == 1 else False))
    scale = 10 if "percent" in arguments.tags else 1

    def at_least(number: int) -> Predicate:
        if number <= 0:
            return True
        return (
            tested if number == 1 else asker.message("spam_score", f">= {_shown(number / scale)}")
        )

    return _compared(asker, arguments, at_least)


def virustest(asker: Asker, test: tree.Test) -> Predicate:
    arguments = Arguments(test)
    arguments.only(*COMPARED)
    found = asker.message("virus", True)
    asked = either(found, asker.message("virus", False))
    if arguments.match_type == "count":
        return _compared(asker, arguments, lambda n: n <= 0 or (asked if n == 1 else False))

    def at_least(number: int) -> Predicate:
        if number > SURE:
            return False
        return True if number <= 0 else asked if number == 1 else found

    return _compared(asker, arguments, at_least)


def _shown(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _compared(asker: Asker, arguments: Arguments, at_least: AtLeast) -> Predicate:
    """The comparison of a number of which `at_least(n)` says whether it is so large."""
    match, keys = arguments.match_type, asker.constants(arguments.texts(0))
    if match == "count":
        relation, keys = (
            arguments.tag("count").lower(),
            [str(min(int(k), 2)) for k in keys if k.isdigit()],
        )
    else:
        relation = {"is": "eq", "value": arguments.tag("value").lower()}.get(match, "")
    if match != "is" and arguments.comparator != NUMERIC and relation not in ("eq", "ne"):
        asker.remark(LETTERS)
    if not keys or not all(key.isdigit() for key in keys):
        raise NotTranslatable("a score is compared with what is no number")
    return either(*(_of_number(relation, int(key), at_least) for key in keys))


def _of_number(relation: str, number: int, at_least: AtLeast) -> Predicate:
    same = every(at_least(number), negated(at_least(number + 1)))
    found = {
        "eq": same,
        "ne": negated(same),
        "ge": at_least(number),
        "gt": at_least(number + 1),
        "lt": negated(at_least(number)),
        "le": negated(at_least(number + 1)),
    }.get(relation)
    if found is None:
        raise NotTranslatable(f"a score is compared by {relation!r}")
    return found
