"""networks: IP addresses and networks at the cost of a few string operations.

`ipaddress` takes longer to import than a cached piece of evidence takes to look
up, so addresses are kept as packed bytes here. Whoever passes a test of
`Network.holds` was compared as an address, never as text: an IPv4-mapped IPv6
address (RFC 4291 2.5.5.2) is the IPv4 address it carries, in every place.

Known limits: IPv4 in dotted quads without leading zeros only (RFC 5321 4.1.3);
the zone index of a scoped IPv6 address (`%eth0`) is dropped.
"""

from __future__ import annotations

from maildrop_py.record import record

_MAPPED = b"\0" * 10 + b"\xff\xff"


@record
class Address:
    """One IP address: its usual text, and 4 or 16 bytes in network order."""

    text: str
    packed: bytes

    @property
    def bits(self) -> int:
        """32 for IPv4, 128 for IPv6."""
        return len(self.packed) * 8


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


def parse(text: str | None) -> Address | None:
    """The address in `text`, with or without brackets and an `IPv6:` tag; None if it is none."""
    if not text or len(text) > 80:
        return None
    bare = text.strip().strip("[]")
    if bare[:5].lower() == "ipv6:":
        bare = bare[5:]
    packed = _packed6(bare) if ":" in bare else _packed4(bare)
    return None if packed is None else _address(packed)


def parse_network(text: str) -> Network:
    """The network in `text`, such as `192.0.2.0/24` or one address alone.

    Bits beyond the prefix are ignored. Raises ValueError, saying what is wrong.
    """
    bare, slash, length = text.strip().partition("/")
    mapped = bare.lower().strip("[]").startswith("::ffff:") and "." in bare
    address = parse(bare)
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


def is_loopback(address: Address) -> bool:
    """Whether `address` is this machine itself: 127.0.0.0/8 or ::1."""
    if len(address.packed) == 4:
        return address.packed[0] == 127
    return address.packed == b"\0" * 15 + b"\1"


def reversed_labels(address: Address) -> str:
    """The address as reverse zones and DNS lists name it (RFC 1035 3.5, RFC 3596 2.5)."""
    if len(address.packed) == 4:
        return ".".join(str(octet) for octet in reversed(address.packed))
    return ".".join(reversed(address.packed.hex()))


def _address(packed: bytes) -> Address:
    if packed.startswith(_MAPPED) and len(packed) == 16:
        packed = packed[12:]
    if len(packed) == 4:
        return Address(".".join(map(str, packed)), packed)
    from _socket import AF_INET6, inet_ntop  # `socket` itself costs ten times as much

    return Address(inet_ntop(AF_INET6, packed), packed)


def _packed4(text: str) -> bytes | None:
    octets = text.split(".")
    if len(octets) != 4 or not text.isascii():
        return None
    for octet in octets:
        if not octet.isdigit() or len(octet) > 3 or (octet[0] == "0" and octet != "0"):
            return None
    numbers = [int(octet) for octet in octets]
    return bytes(numbers) if max(numbers) < 256 else None


def _packed6(text: str) -> bytes | None:
    from _socket import AF_INET6, inet_pton

    try:
        return inet_pton(AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):
        return None


def _number(packed: bytes) -> int:
    return int.from_bytes(packed, "big")
