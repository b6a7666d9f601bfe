"""mailing_list: mail that came through a mailing list, whatever its manager.

Known by RFC 2919 and RFC 2369 headers, by those of older managers (ezmlm,
Majordomo, fml, LISTSERV, Mailman 1), and by procmail's two signs."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, REFUSED, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Anchors, Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text

LIST_HEADERS = (
    "List-Id",
    "List-Post",
    "Mailing-List",
    "X-Mailing-List",
    "X-ML-Name",
    "X-MLServer",
    "X-Mailman-Version",
    "X-BeenThere",
    "X-Sympa-To",
    "X-Google-Group-Id",
    "X-Listserver",
)

_RECIPIENTS = "multiple recipients of "
_NAMES = frozenset(name.lower().encode() for name in LIST_HEADERS)


@record
class MailingList:
    """A header that only list managers write is there."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("came through a mailing list")

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import of_presence

        return (*of_presence(*LIST_HEADERS), ("to", _RECIPIENTS.strip()))

    def test(self, facts: Facts) -> Outcome:
        return facts.once("mailing_list", _answer)


def _answer(facts: Facts) -> Outcome:
    """What the condition says of a message."""
    for name in LIST_HEADERS if facts.message.headers.may_have(_NAMES) else ():
        values = facts.values(name)
        if values and values[0].strip().upper() != "NO":
            return Outcome(True, name, values[0])
    for value in facts.values("To"):
        if value.lower().startswith(_RECIPIENTS):
            return Outcome(True, "To", value)
    if not facts.explaining:
        return REFUSED
    return Outcome(False, why="no header of a list manager")
