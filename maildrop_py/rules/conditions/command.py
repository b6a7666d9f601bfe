"""command: a program's exit status decides: 0 holds.

The message is its standard input; no shell is involved. Off unless the rules
file says `allow_commands: true`."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


@record
class Command:
    """The program `argv` exits with 0; unknown if it cannot be run or is too slow."""

    argv: tuple[str, ...]

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/argv"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.commands import parse_argv

        return cls(parse_argv(node, scope))

    def describe(self) -> str:
        return "command exits with 0: " + " ".join(self.argv)

    def test(self, facts: Facts) -> Outcome:
        status = facts.evidence.command(self.argv)
        if status is None:
            return Outcome(None, "command", self.argv[0], why="it did not run to its end")
        return Outcome(status == 0, "command", self.argv[0], why=f"exit status {status}")
