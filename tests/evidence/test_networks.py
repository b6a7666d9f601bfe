"""networks: addresses compare as addresses, whatever their spelling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import networks


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("IPv6:2001:DB8:0:0::1", "2001:db8::1"),
        ("[IPv6:::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_spellings_of_one_address_become_one(text: str, usual: str) -> None:
    address = networks.parse(text)
    assert address is not None
    assert address.text == usual


@pytest.mark.parametrize(
    "text",
    ["", None, "unknown", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.٤", "1..2.3",
     "::1::", "gggg::1", "1.2.3.4\0", "::\0", "localhost", "[", ":" * 100_000],
)  # fmt: skip
def test_what_is_no_address_is_none(text: str | None) -> None:
    assert networks.parse(text) is None


@given(st.ip_addresses())
def test_agrees_with_ipaddress(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    parsed = networks.parse(str(address))
    mapped = getattr(address, "ipv4_mapped", None)
    wanted = mapped or address
    assert parsed is not None
    assert parsed.packed == wanted.packed
    assert networks.reversed_labels(parsed) + "." in wanted.reverse_pointer + "."
    assert networks.is_loopback(parsed) == wanted.is_loopback


@given(st.ip_addresses(), st.ip_addresses(), st.integers(0, 32))
def test_networks_hold_what_ipaddress_says(
    one: ipaddress.IPv4Address, other: ipaddress.IPv4Address, prefix: int
) -> None:
    block = ipaddress.ip_network(f"{one}/{prefix}", strict=False)
    network = networks.parse_network(f"{one}/{prefix}")
    address = networks.parse(str(other))
    assert address is not None
    if getattr(one, "ipv4_mapped", None) is None and getattr(other, "ipv4_mapped", None) is None:
        assert network.holds(address) == (other in block)


def test_mapped_network_is_the_ipv4_network() -> None:
    network = networks.parse_network("::ffff:192.0.2.0/120")
    inside, outside = networks.parse("192.0.2.77"), networks.parse("192.0.3.1")
    assert inside and outside
    assert network.holds(inside)
    assert not network.holds(outside)


def test_ipv4_network_does_not_hold_ipv6() -> None:
    address = networks.parse("2001:db8::1")
    assert address is not None
    assert not networks.parse_network("0.0.0.0/0").holds(address)


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8", "::/129"]
)
def test_bad_network_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an IP address|prefix length"):
        networks.parse_network(text)
