"""dnsbl: a DNS list has the client's address, with one of the answers asked for (RFC 5782).

What an answer means is each list's own: `codes` chooses. A list that is dead,
lists everything, refuses to answer or is silent makes the condition unknown; it
is named in the log. Authenticated sessions are exempt: lists of dial-up lines
have every honest user's.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, REFUSED, UNKNOWN, Outcome
from maildrop_py.rules.conditions.client import cleared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


_CODE: dict[str, Any] = {
    "type": ["integer", "string"],
    "pattern": r"^\s*[0-9.]+\s*(-\s*[0-9.]+\s*)?$",
    "description": "2, 4-7, 127.0.0.2 or 127.0.1.2-127.0.1.9",
}
_ONE: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "description": "a zone, such as zen.spamhaus.org"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["zone"],
            "properties": {
                "zone": {"type": "string"},
                "codes": {"anyOf": [_CODE, {"type": "array", "minItems": 1, "items": _CODE}]},
            },
        },
    ]
}


@record
class Dnsbl:
    """`zone` has the client, with an answer in one of `codes` if there are any.

    A code is the first and the last answer of a range, as numbers; `shown` is
    how they were written.
    """

    zone: str
    codes: tuple[tuple[int, int], ...] = ()
    shown: str = ""

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [_ONE, {"type": "array", "minItems": 1, "items": _ONE}]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.any import Any_

        found = tuple(map(_parse_one, node.alternatives()))
        return found[0] if len(found) == 1 else Any_(found)

    def describe(self, text: Text = str.format) -> str:
        if not self.shown:
            return text("DNS list {zone} has the client", zone=self.zone)
        return text("DNS list {zone} has the client as {codes}", zone=self.zone, codes=self.shown)

    def test(self, facts: Facts) -> Outcome:
        exempt = cleared(facts)
        if exempt:
            return Outcome(False, self.zone, why=exempt)
        listing = facts.evidence.dnsbl(self.zone)
        if listing.unknown:
            return Outcome(None, self.zone, why=listing.unknown) if facts.explaining else UNKNOWN
        if not listing.answers:
            return Outcome(False, self.zone, why="not listed") if facts.explaining else REFUSED
        return Outcome(bool(listing.within(self.codes)), self.zone, " ".join(listing.answers))


def _parse_one(node: Node) -> Dnsbl:
    if node.kind != "mapping":
        return Dnsbl(parse_zone(node))
    found = {key.choice(("zone", "codes"), "key"): value for key, value in node.pairs()}
    if "zone" not in found:
        raise node.mistake("no list is named here", "such as {zone: zen.spamhaus.org}")
    items = found["codes"].alternatives() if "codes" in found else []
    shown = " or ".join(item.text() for item in items)
    return Dnsbl(parse_zone(found["zone"]), tuple(map(parse_code, items)), shown)


def parse_zone(node: Node) -> str:
    """A zone as DNS has it; raises Mistake."""
    from maildrop_py.evidence.domains import ascii_domain

    name = ascii_domain(node.text().strip())
    if name is None or "." not in name or not name.replace(".", "").replace("-", "").isalnum():
        raise node.mistake(
            "{written!r} is not a zone", "such as zen.spamhaus.org", written=node.text()
        )
    return name


def parse_code(node: Node) -> tuple[int, int]:
    """A code as the numbers of its first and last answer; raises Mistake."""
    from maildrop_py.evidence.dnsbl import code_range

    try:
        return code_range(node.text())
    except ValueError as error:
        raise node.mistake(str(error), "such as [2, 3, 4-7]") from None
