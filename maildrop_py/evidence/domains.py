"""domains: domain names as DNS compares them.

Known limits: internationalised names are encoded as Python's `idna` codec does
(IDNA 2003, RFC 3490); a name that it refuses is no domain name here.
"""

from __future__ import annotations

_LONGEST = 1000
"""Characters that are looked at: as A-labels they would be more than 253 octets."""


def ascii_domain(text: str) -> str | None:
    """`text` in lower case with A-labels and no final dot; None if DNS has no such name.

    RFC 1035 2.3.4: labels of 1 to 63 octets, 253 in all. Any ASCII character is
    let through: DNS does not mind, and SPF asks for odd names (RFC 7208 7.3).
    """
    if len(text) > _LONGEST:
        return None
    name = text.removesuffix(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    if not name or len(name) > 253:
        return None
    return name if all(0 < len(label) < 64 for label in name.split(".")) else None


def is_inside(name: str, domain: str) -> bool:
    """Whether `name` is `domain` or a subdomain of it; both as `ascii_domain` gives them."""
    return name == domain or name.endswith("." + domain)


def split_address(address: str) -> tuple[str, str]:
    """Local part and domain of a mail address, parted at its last `@` (RFC 5321 4.1.2)."""
    local, _, domain = address.rpartition("@")
    return local, domain
