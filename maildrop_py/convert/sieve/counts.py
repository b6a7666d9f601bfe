"""counts: relational `:count` (RFC 5231) as the test that counts."""

from __future__ import annotations

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.texts import NUMERIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.sieve.arguments import Arguments

SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def counted(arguments: Arguments, numbers: list[str]) -> dict[str, str]:
    """The test that counts; raises NotTranslatable."""
    relation = arguments.tag("count").lower()
    if arguments.comparator != NUMERIC or len(numbers) != 1 or not numbers[0].isdigit():
        raise NotTranslatable("something is counted in words")
    number = int(numbers[0])
    if relation == "eq":
        return {"count": f">= {number} and <= {number}"}
    if relation not in SIGNS:
        raise NotTranslatable(f"a count is compared by {relation!r}")
    return {"count": f"{SIGNS[relation]} {number}"}
