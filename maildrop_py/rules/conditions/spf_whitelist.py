"""spf_whitelist: the sender is on a list, and SPF vouches that it is the sender.

The list is held against the envelope sender, and against the address in From
where its domain is aligned with the envelope sender's: the same, or one inside
the other (bounces.example.com and example.com). An entry `example.com` means
that domain alone, `.example.com` those below it as well, `*@example.com` a glob.
A null sender is on no list. SPF is asked only if the list has the sender.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.addresses import Addresses
    from maildrop_py.translation import Text


@record
class SpfWhitelist:
    """An address that SPF vouches for is one of `addresses`."""

    addresses: Addresses

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/address_list"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.matching.addresses import parse_addresses

        items = node.alternatives()
        for item in items:
            _check(item)
        return cls(parse_addresses(items, scope))

    def describe(self, text: Text = str.format) -> str:
        return text("SPF vouches for a sender who is {shown}", shown=self.addresses.describe(text))

    def test(self, facts: Facts) -> Outcome:
        evidence = facts.evidence
        claimed = [evidence.border().sender or "", *evidence.authors()[:MOST_AUTHORS]]
        if not any(address and self.addresses.entry_for(address) for address in claimed):
            return Outcome(False, "sender", claimed[0] or "<>", why="nobody on the list")
        vouched = evidence.vouched()
        if vouched.unknown:
            return Outcome(None, "sender", claimed[0], why=vouched.unknown)
        for address in vouched.addresses:
            entry = self.addresses.entry_for(address)
            if entry is not None:
                return Outcome(
                    True,
                    "sender",
                    address,
                    why="fits {entry}; {spf}",
                    values={"entry": entry, "spf": vouched.why},
                )
        return Outcome(
            False,
            "sender",
            claimed[0],
            why="{spf}, for nobody on the list",
            values={"spf": vouched.why},
        )


MOST_AUTHORS = 10


def _check(item: Node) -> None:
    """Raises Mistake for what would be an expression elsewhere."""
    from maildrop_py.rules.matching.addresses import is_address_test

    if item.kind == "mapping":
        return
    text = item.text()
    if text in ("", "<>") or not (text == "*" or is_address_test(text)):
        hint = "such as example.com, .example.com or *@example.com"
        raise item.mistake("{written!r} is not an address, domain or glob", hint, written=text)
