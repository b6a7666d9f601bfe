"""raw_search: how `raw_body` and `raw_message` look for expressions in bytes as they came."""

from __future__ import annotations

from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.matching.lines import line_of
from maildrop_py.rules.matching.raw import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.matching.raw import RawExpression


def first_match(
    expressions: tuple[RawExpression, ...], data: bytes, what: str, facts: Facts
) -> Outcome:
    """Of the first of `expressions` that matches in `data`, which is `what` of the message."""
    for each in expressions:
        pattern = each.expression(facts.text)
        spans = pattern.spans(data)
        if spans is not None:
            line, span = line_of(data, *spans[0])
            return Outcome(True, what, line, span, captures=pattern.named(data, spans))
    return Outcome(False, what, why="nothing in it matches")


def counts(
    expressions: tuple[RawExpression, ...], data: bytes, facts: Facts
) -> list[tuple[int, bool]]:
    """For each expression: how often it matches, whether the last match was of nothing."""
    return [count(each.expression(facts.text), data) for each in expressions]
