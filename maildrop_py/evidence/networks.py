"""networks: blocks of IP addresses, and the names of addresses in DNS.

Whoever passes a test of `Network.holds` was compared as an address, never as
text: an IPv4-mapped IPv6 address is the IPv4 address it carries, in every place.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.message import ip
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.ip import Address


@record
class Network:
    """A block of addresses: `packed` is its first one, `prefix` its length in bits."""

    text: str
    packed: bytes
    prefix: int

    def holds(self, address: Address) -> bool:
        """Whether `address` is of this family and inside this block."""
        if len(address.packed) != len(self.packed):
            return False
        shift = address.bits - self.prefix
        return _number(address.packed) >> shift == _number(self.packed) >> shift


def parse_network(text: str) -> Network:
    """The network in `text`, such as `192.0.2.0/24` or one address alone.

    Bits beyond the prefix are ignored. Raises ValueError, saying what is wrong.
    """
    bare, slash, length = text.strip().partition("/")
    mapped = bare.lower().strip("[]").startswith("::ffff:") and "." in bare
    address = ip.parse(bare)
    if address is None:
        raise ValueError(f"{bare!r} is not an IP address")
    prefix = address.bits
    if slash:
        if not (length.isascii() and length.isdigit() and len(length) <= 3):
            raise ValueError(f"{length!r} is not a prefix length")
        prefix = int(length) - (96 if mapped else 0)
    if not 0 <= prefix <= address.bits:
        raise ValueError(f"the prefix length of {text!r} is out of range")
    return Network(text, address.packed, prefix)


def parse_networks(texts: tuple[str, ...]) -> tuple[tuple[Network, ...], tuple[str, ...]]:
    """The networks in `texts`, and the warnings about what is none and is passed over."""
    return _parsed[texts]


def _parse_all(texts: tuple[str, ...]) -> tuple[tuple[Network, ...], tuple[str, ...]]:
    found, warnings = [], []
    for text in texts:
        try:
            found.append(parse_network(text))
        except ValueError as error:
            warnings.append(f"trust.networks: {error}")
    return tuple(found), tuple(warnings)


_parsed = Memo(_parse_all, most=10)


def reversed_labels(address: Address) -> str:
    """The address as reverse zones and DNS lists name it (RFC 1035 3.5, RFC 3596 2.5)."""
    if len(address.packed) == 4:
        return ".".join(str(octet) for octet in reversed(address.packed))
    return ".".join(reversed(address.packed.hex()))


def _number(packed: bytes) -> int:
    return int.from_bytes(packed, "big")
