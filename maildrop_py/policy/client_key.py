"""client_key: who a client is, for greylisting: a domain, a network or an address.

A pool of servers whose domain vouches for all of them (SPF pass) is one client: its
domain. A server whose verified name is not a home line's is its network, /24 or /64,
for its next try may come from its neighbour. Of anybody else the address alone counts.

A pass by the mechanism `all` vouches for nobody: it lets the whole world send.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from maildrop_py.evidence.reverse_name import clean, dynamic, s25r
from maildrop_py.message import ip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.ip import Address

NEEDED = {"domain": 1, "network": 2, "address": 2}
"""Messages that a client of each kind must have sent to be proven."""


MOST_KEPT = 8192
"""Clients whose key is not worked out again."""


class ClientKey(NamedTuple):
    """`kind` is domain, network or address; `text` is that domain, network or address."""

    kind: str
    text: str

    @property
    def needed(self) -> int:
        """How many messages make it a proven client."""
        return NEEDED[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"


@lru_cache(MOST_KEPT)
def client_key(client_address: str, name: str, vouching: str) -> ClientKey:
    """The key of a client.

    `client_address` is its address as the server said it; `name` its verified reverse name, "" for
    none; `vouching` the domain whose SPF lets it send.
    """
    if vouching:
        return ClientKey("domain", vouching)
    address = ip.parse(client_address)
    if address is None:
        return ClientKey("address", client_address)
    name = clean(name)
    if name and not s25r(name) and not dynamic(name, address):
        return ClientKey("network", network_of(address))
    return ClientKey("address", address.text)


def network_of(address: Address) -> str:
    """The /24 or /64 that `address` is in."""
    if address.bits == 32:
        return address.text.rpartition(".")[0] + ".0/24"
    first = ip.parse(address.packed[:8].hex(":", 2) + "::")
    return f"{first.text if first else address.text}/64"


def vouching_domain(result: str, domain: str, mechanism: str) -> str:
    """The domain that vouches for the client by SPF, "" if none does."""
    return domain.lower() if result == "pass" and mechanism.lstrip("+") != "all" else ""
