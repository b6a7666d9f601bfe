"""tree: what a mailfilter says, with lines."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Expression: TypeAlias = "Text | Output | Pattern | Operation | Call"


@record
class Text:
    """A text; `is_fixed` where `$NAME` in it is no variable."""

    text: str
    is_fixed: bool = False


@record
class Output:
    """What a command in backquotes prints."""

    command: str


@record
class Pattern:
    """`/expression/:options`; `weight` and `power` where it is weighed."""

    expression: str
    options: str = ""
    weight: float | None = None
    power: float = 1.0


@record
class Operation:
    """`sign` with one or two sides; several texts in a row are joined by "."."""

    sign: str
    sides: tuple[Expression, ...]


@record
class Call:
    """A function."""

    name: str
    arguments: tuple[Expression, ...]


@record
class Branch:
    """One part of an `if`; None as condition for `else`."""

    line: int
    condition: Expression | None
    block: tuple[Statement, ...]
    source: str = ""


@record
class Statement:
    """One statement: its `name` ("if", "to", "=", "pattern" …), and what belongs to it."""

    name: str
    line: int
    value: Expression | None = None
    variable: str = ""
    branches: tuple[Branch, ...] = ()
    block: tuple[Statement, ...] = ()
    comments: tuple[str, ...] = ()
    source: str = ""
