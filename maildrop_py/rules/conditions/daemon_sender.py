"""daemon_sender: a From or Sender that only daemons have, the core of FROM_DAEMON."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome
from maildrop_py.rules.conditions.macros import DAEMON_SENDER, search_block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class DaemonSender:
    """The sender's name is a daemon's: MAILER-DAEMON, owner-foo, foo-request, root, …"""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("the sender's name is a daemon's")

    def test(self, facts: Facts) -> Outcome:
        return facts.once("daemon_sender", _answer)


def _answer(facts: Facts) -> Outcome:
    """What the condition says of a message."""
    return search_block(DAEMON_SENDER, facts)
