"""bulk: `Precedence: bulk`, `junk` or `list`, the part of FROM_DAEMON for bulk mail."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, REFUSED, Outcome
from maildrop_py.rules.conditions.macros import PRECEDENCE, search_block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text
_NAMES = frozenset((b"precedence",))


@record
class Bulk:
    """A Precedence header says bulk, junk or list."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("Precedence says bulk, junk or list")

    def test(self, facts: Facts) -> Outcome:
        return facts.once("bulk", _answer)


def _answer(facts: Facts) -> Outcome:
    """What the condition says of a message."""
    if not facts.explaining and not facts.message.headers.may_have(_NAMES):
        return REFUSED
    return search_block(PRECEDENCE, facts)
