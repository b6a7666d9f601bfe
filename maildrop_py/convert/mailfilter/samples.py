"""samples: texts that a mailfilter's patterns match, for messages made from them."""

from __future__ import annotations

from maildrop_py.convert.converted_rules import Wanted
from maildrop_py.convert.mailfilter.tree import Operation, Pattern
from maildrop_py.convert.procmail.expression_examples import example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.convert.mailfilter.tree import Expression, Statement


def wanted(statements: tuple[Statement, ...]) -> tuple[tuple[int, tuple[Wanted, ...]], ...]:
    """For each condition the texts of its patterns."""
    return tuple(_of_statements(statements))


def _of_statements(statements: tuple[Statement, ...]) -> Iterator[tuple[int, tuple[Wanted, ...]]]:
    for statement in statements:
        yield from _of_statements(statement.block)
        for branch in statement.branches:
            if branch.condition is not None:
                yield branch.line, tuple(_of(branch.condition, False))
            yield from _of_statements(branch.block)


def _of(expression: Expression, is_negated: bool) -> Iterator[Wanted]:
    if isinstance(expression, Pattern):
        area = "B" if "b" in expression.options and "h" not in expression.options else "H"
        text = expression.expression.replace("\\s", " ").replace("\\/", "/").replace("\\b", "")
        yield Wanted(area, example(text.lstrip("^")), is_negated)
    elif isinstance(expression, Operation):
        for side in expression.sides:
            yield from _of(side, is_negated != (expression.sign == "!x"))
