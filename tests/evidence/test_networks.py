"""Networks hold addresses as ipaddress says, and name them as DNS does."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import networks
from maildrop_py.message import ip


@given(st.ip_addresses())
def test_names_in_dns_agree_with_ipaddress(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    parsed = ip.parse(str(address))
    wanted = getattr(address, "ipv4_mapped", None) or address
    assert parsed is not None
    assert networks.reversed_labels(parsed) + "." in wanted.reverse_pointer + "."


@given(st.ip_addresses(), st.ip_addresses(), st.integers(0, 32))
def test_networks_hold_what_ipaddress_says(
    one: ipaddress.IPv4Address, other: ipaddress.IPv4Address, prefix: int
) -> None:
    if any(getattr(it, "ipv4_mapped", None) is not None for it in (one, other)):
        return  # IPv4 here, and Python 3.13 writes them with dots
    block = ipaddress.ip_network(f"{one}/{prefix}", strict=False)
    network = networks.parse_network(f"{one}/{prefix}")
    address = ip.parse(str(other))
    assert address is not None
    assert network.holds(address) == (other in block)


def test_mapped_network_is_the_ipv4_network() -> None:
    network = networks.parse_network("::ffff:192.0.2.0/120")
    inside, outside = ip.parse("192.0.2.77"), ip.parse("192.0.3.1")
    assert inside and outside
    assert network.holds(inside)
    assert not network.holds(outside)


def test_ipv4_network_does_not_hold_ipv6() -> None:
    address = ip.parse("2001:db8::1")
    assert address is not None
    assert not networks.parse_network("0.0.0.0/0").holds(address)


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8", "::/129"]
)
def test_bad_network_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an IP address|prefix length"):
        networks.parse_network(text)
