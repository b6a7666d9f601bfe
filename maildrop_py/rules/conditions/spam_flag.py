"""spam_flag: the nearest spam filter called the message spam."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, REFUSED, UNKNOWN, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class SpamFlag:
    """The filter's yes or no (message/spam.py); without a filter it does not hold."""

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("a spam filter called it spam")

    def test(self, facts: Facts) -> Outcome:
        verdict = facts.evidence.spam()
        if not (verdict.flag or facts.explaining):
            return UNKNOWN if verdict.unknown else REFUSED
        if verdict.unknown:
            return Outcome(None, "spam flag", why=verdict.unknown)
        if verdict.flag is None:
            return Outcome(False, "spam flag", why="no filter left a verdict")
        return Outcome(verdict.flag, verdict.header, "spam" if verdict.flag else "not spam")
