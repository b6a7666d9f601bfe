"""Addresses compare as addresses, whatever their spelling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message import ip


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
        ("::192.0.2.1", "::192.0.2.1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::", "::"),
    ],
)
def test_spellings_of_one_address_become_one(text: str, usual: str) -> None:
    address = ip.parse(text)
    assert address is not None
    assert address.text == usual
    assert ip.parse_with_port(text) == address


@pytest.mark.parametrize("text", ["192.0.2.1:25", "[192.0.2.1]:25", "[::ffff:192.0.2.1]:25"])
def test_a_port_is_no_part_of_the_address(text: str) -> None:
    address = ip.parse_with_port(text)
    assert address is not None
    assert address.text == "192.0.2.1"
    assert ip.parse(text) is None


@pytest.mark.parametrize(
    "text",
    ["", None, "unknown", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.1000", "01.2.3.4",
     "1.2.3.٤", "１.2.3.4", "1..2.3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::",
     ":1:2:3:4:5:6:7", "12345::", "::1::", "gggg::1", "1.2.3.4\0", "::\0", "localhost",
     "[", "[::1", "1.2.3.4]", ":" * 100_000],
)  # fmt: skip
def test_what_is_not_an_address_is_none(text: str | None) -> None:
    assert ip.parse(text) is None


@given(st.ip_addresses())
def test_agrees_with_ipaddress(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    parsed = ip.parse(str(address))
    wanted = getattr(address, "ipv4_mapped", None) or address
    assert parsed is not None
    assert parsed.packed == wanted.packed
    assert parsed.bits == wanted.max_prefixlen
    assert ip.is_loopback(parsed) == wanted.is_loopback
