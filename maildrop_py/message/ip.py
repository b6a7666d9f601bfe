"""ip: IP addresses, at the cost of a few string operations.

`ipaddress` takes longer to import than a cached piece of evidence takes to look
up, so an address is kept as packed bytes here. Guarantee: two spellings of one
address become the same Address; an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2)
becomes the IPv4 address that it carries. Nothing raises.

Known limits: IPv4 in dotted quads without leading zeros only (RFC 5321 4.1.3,
RFC 6943 3.1.1); the zone index of a scoped IPv6 address (`%eth0`) is dropped.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.record import record

_MAPPED = b"\0" * 10 + b"\xff\xff"
_LONGEST = 80  # characters: more than any address has, with brackets and a zone index


@record
class Address:
    """One IP address: its usual text, and 4 or 16 bytes in network order."""

    text: str
    packed: bytes

    @property
    def bits(self) -> int:
        """32 for IPv4, 128 for IPv6."""
        return len(self.packed) * 8


def parse(text: str | None) -> Address | None:
    """The address in `text`, with or without brackets and an `IPv6:` tag; None if it is none."""
    if not text or len(text) > _LONGEST:
        return None
    return _read[text]


def _parse(text: str) -> Address | None:
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    if bare[:5].lower() == "ipv6:":
        bare = bare[5:]
    packed = _packed6(bare) if ":" in bare else _packed4(bare)
    return None if packed is None else _address(packed)


def parse_with_port(text: str) -> Address | None:
    """The address in `[192.0.2.1]:25`, `192.0.2.1:25` and whatever `parse` reads."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return parse(text)


def is_loopback(address: Address) -> bool:
    """Whether `address` is this machine itself: 127.0.0.0/8 or ::1."""
    if len(address.packed) == 4:
        return address.packed[0] == 127
    return address.packed == b"\0" * 15 + b"\1"


def _address(packed: bytes) -> Address:
    if packed.startswith(_MAPPED) and len(packed) == 16:
        packed = packed[12:]
    if len(packed) == 4:
        return Address(".".join(map(str, packed)), packed)
    from _socket import AF_INET6, inet_ntop  # `socket` itself costs ten times as much

    return Address(inet_ntop(AF_INET6, packed), packed)


_read = Memo(_parse)
"""What texts were read as: relays and what is no address come back with the next message."""


def _packed4(text: str) -> bytes | None:
    octets = text.split(".", 4)
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
