"""from_daemon: procmail's `^FROM_DAEMON`: lists, bulk mail, daemons and bounces.

It catches ordinary mailing lists and newsletters too; `mailing_list`, `bulk`,
`bounce`, `auto_submitted` and `daemon_sender` are its parts."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome
from maildrop_py.rules.conditions.macros import FROM_DAEMON, search_block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class FromDaemon:
    """The header block matches procmail's FROM_DAEMON."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("sent by a daemon or to a list (procmail's FROM_DAEMON)")

    def test(self, facts: Facts) -> Outcome:
        return search_block(FROM_DAEMON, facts)
