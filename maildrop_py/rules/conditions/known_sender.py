"""known_sender: the user has written to the address in From.

Contacts are learnt by `maildrop-py contacts learn`. From can be forged: with
`spf_whitelist` or `auth` beside it, it is more than a hint.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import BARE, MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


MOST_AUTHORS = 10
"""Addresses in From that are looked up: honest mail has one."""


@record
class KnownSender:
    """One of the addresses in From is among the contacts."""

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "boolean"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls())

    def describe(self, text: Text = str.format) -> str:
        return text("I have written to the sender before")

    def test(self, facts: Facts) -> Outcome:
        authors = facts.evidence.authors()[:MOST_AUTHORS]
        held: bool | None = False
        for author in authors:
            known = facts.evidence.known(author)
            if known:
                return Outcome(True, "From", author)
            held = None if known is None else held
        if not facts.explaining:
            return BARE[held]
        why = "" if held is not None else "the contacts cannot be read"
        if not authors:
            why = "no address"
        return Outcome(held, "From", ", ".join(authors), why=why)
