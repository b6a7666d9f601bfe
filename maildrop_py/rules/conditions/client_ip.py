"""client_ip: the address of the client at the border is in one of these networks.

Compared as numbers: an IPv4-mapped IPv6 address is the IPv4 address. Unknown
where the message never was outside, and for authenticated sessions, which may
come from anywhere.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class ClientIp:
    """The address is in one of `networks`, each as (text, packed bytes, prefix length)."""

    networks: tuple[tuple[str, bytes, int], ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return cls(tuple(map(_network, node.alternatives())))

    def describe(self, text: Text = str.format) -> str:
        networks = text(" or ").join(network for network, _, _ in self.networks)
        return text("the client's address is in {networks}", networks=networks)

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.evidence.networks import Network
        from maildrop_py.rules.conditions.client import AUTHENTICATED

        border = facts.evidence.border()
        if border.authenticated:
            return Outcome(None, "client address", why=AUTHENTICATED)
        if border.address is None:
            return Outcome(None, "client address", why=border.unknown)
        for one in self.networks:
            if Network(*one).holds(border.address):
                return Outcome(
                    True,
                    "client address",
                    border.address.text,
                    why="in {network}",
                    values={"network": one[0]},
                )
        return Outcome(False, "client address", border.address.text)


def _network(node: Node) -> tuple[str, bytes, int]:
    from maildrop_py.evidence.networks import parse_network

    try:
        network = parse_network(node.text())
    except ValueError as error:
        raise node.mistake(str(error), "such as 192.0.2.0/24 or 2001:db8::/32") from None
    return network.text, network.packed, network.prefix
