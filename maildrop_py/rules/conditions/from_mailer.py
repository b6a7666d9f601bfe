"""from_mailer: procmail's `^FROM_MAILER`: mail from mailer daemons and postmasters."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome
from maildrop_py.rules.conditions.macros import FROM_MAILER, search_block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class FromMailer:
    """The header block matches procmail's FROM_MAILER."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("sent by a mailer daemon (procmail's FROM_MAILER)")

    def test(self, facts: Facts) -> Outcome:
        return facts.once("from_mailer", _answer)


def _answer(facts: Facts) -> Outcome:
    """What the condition says of a message."""
    return search_block(FROM_MAILER, facts)
