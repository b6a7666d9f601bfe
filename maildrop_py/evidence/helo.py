"""helo: what kind of name the client gave in HELO or EHLO.

RFC 5321 2.3.5 and 4.1.4 want a fully qualified host name, or an address in
brackets from a client that has no name. Everything here is judged from the name,
the client's address and our own names alone: no DNS.

Known limits: whether the name leads to the client is not looked up; many honest
servers would fail that.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.message import ip
from maildrop_py.record import record

KINDS = {
    "no_dot": "is a single word, not a fully qualified name (RFC 5321 2.3.5)",
    "bare_address": "is an IP address without the brackets of RFC 5321 4.1.3",
    "literal": "is an address literal",
    "wrong_literal": "is an address literal, yet not the client's address",
    "own_address": "is a name made of the client's own address",
    "own_name": "is one of my own names, or inside one of my domains",
    "private_name": "is a name that exists on no public network (RFC 6761, RFC 6762)",
    "invalid": "has characters that no host name has",
}

_PRIVATE = ("localhost", "localdomain", "local", "lan", "home", "internal", "invalid", "test")
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")


@record
class Helo:
    """The name and its kinds; `unknown` is the reason why the name is not known, or ""."""

    name: str = ""
    kinds: tuple[str, ...] = ()
    unknown: str = ""


def kinds(
    helo: str, address: ip.Address | None = None, own_names: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The kinds in `KINDS` that `helo` is of, in their order there.

    `address` is the client's, None where it is not known; `own_names` are the
    host names and domains of the receiving side.
    """
    name = helo.strip().rstrip(".").lower()
    if name.startswith("[") and name.endswith("]"):
        return _literal_kinds(name, address)
    if ip.parse(name) is not None:
        return ("bare_address",)
    longest = max(map(len, (name, *own_names)))
    if longest > _LONGEST_NAME or len(own_names) > _MOST_OWN:
        return _kinds_of_name((name, address.text if address else "", own_names))
    return _found[name, address.text if address else "", own_names]


def _kinds_of_name(asked: tuple[str, str, tuple[str, ...]]) -> tuple[str, ...]:
    name, client, own_names = asked
    address = ip.parse(client)
    found = {
        "no_dot": "." not in name,
        "own_address": address is not None and made_of(name, address),
        "own_name": any(_inside(name, own.rstrip(".").lower()) for own in own_names),
        "private_name": name.rpartition(".")[2] in _PRIVATE,
        "invalid": not _is_host_name(name),
    }
    return tuple(kind for kind in KINDS if found.get(kind))


_LONGEST_NAME, _MOST_OWN = 255, 20  # characters, RFC 1035 2.3.4; names
_found = Memo(_kinds_of_name)


def made_of(name: str, address: ip.Address) -> bool:
    """Whether `name` spells out `address`: in decimal either way round, or in hexadecimal."""
    if address.packed.hex() in name.replace("-", "").replace(".", ""):
        return True
    if address.bits == 128:
        return address.text.replace(":", "-") in name
    octets = list(address.packed)
    padded = "".join(f"{octet:03d}" for octet in octets)
    if padded in name.replace("-", "").replace(".", ""):
        return True
    numbers = _numbers(name)
    runs = [numbers[start : start + 4] for start in range(len(numbers) - 3)]
    return octets in runs or octets[::-1] in runs


def _literal_kinds(name: str, address: ip.Address | None) -> tuple[str, ...]:
    said = ip.parse(name)
    if said is None:
        return ("literal", "invalid")
    wrong = address is not None and said.packed != address.packed
    return ("literal", "wrong_literal") if wrong else ("literal",)


def _inside(name: str, own: str) -> bool:
    return own != "" and (name == own or name.endswith("." + own))


def _is_host_name(name: str) -> bool:
    if not name.isascii():  # a U-label of RFC 6531 is a name; anything else 8-bit is caught there
        return name.replace(".", "").replace("-", "").isalnum()
    return name != "" and _ALLOWED.issuperset(name) and ".." not in name


def _numbers(name: str) -> list[int]:
    spaced = "".join(c if c in "0123456789" else " " for c in name)
    return [int(number) for number in spaced.split() if len(number) <= 3]
