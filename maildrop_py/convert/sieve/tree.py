"""tree: what a Sieve script says (RFC 5228, section 8.2), with lines.

Commands and tests have one shape there: a name, arguments, tests, and a block.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Argument: TypeAlias = "Tag | int | tuple[str, ...]"


@record
class Tag:
    """`:name`."""

    name: str


@record
class Test:
    """A test with its arguments; `tests` are those inside of it."""

    name: str
    line: int
    arguments: tuple[Argument, ...] = ()
    tests: tuple[Test, ...] = ()


@record
class Command:
    """A command; `block` is None where a semicolon ends it. `comments` stand right above it.

    `source` is its text, `head` that before its block.
    """

    name: str
    line: int
    arguments: tuple[Argument, ...] = ()
    tests: tuple[Test, ...] = ()
    block: tuple[Command, ...] | None = None
    comments: tuple[str, ...] = ()
    source: str = ""
    head: str = ""
