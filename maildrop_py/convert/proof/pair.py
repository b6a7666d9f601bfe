"""pair: a rule file's own program and the rules made of that file, to be compared.

The program gets each message with its envelope, and gives what it did.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from maildrop_py.convert.converted_rules import ConvertedRules
    from maildrop_py.convert.proof.effects import Effect

    class Original(Protocol):
        """The program whose rule file was converted."""

        def run(self, message: bytes, sender: str) -> Done:
            """What it does with a message."""

    Start = Callable[[dict[str, Any]], "Pair"]


@record
class Done:
    """What the original did with one message, and its log; `too_slow` where it was ended."""

    effects: list[Effect]
    log: str
    status: int
    too_slow: bool = False


@record
class Pair:
    """`written` are the rules. `named` gives an effect with its folder as rules call it;
    `shows_flags` and `shows_refusals` say what the original lets one see."""

    result: ConvertedRules
    original: Original
    named: Callable[[Effect], Effect]
    recipient: str = ""
    shows_flags: bool = False
    shows_refusals: bool = False


class CannotRun(Exception):
    """The original does not take its own rule file; says why."""
