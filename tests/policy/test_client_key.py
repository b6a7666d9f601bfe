"""Who a client is: a domain, a network or an address."""

from __future__ import annotations

import pytest

from maildrop_py.policy.client_key import client_key, vouching_domain


@pytest.mark.parametrize(
    ("address", "name", "vouching", "key"),
    [
        ("192.0.2.7", "mail.example.org", "", "network 192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "mail.example.org", "", "network 2001:db8:1:2::/64"),
        ("192.0.2.7", "mail.example.org", "example.org", "domain example.org"),
        ("192.0.2.7", "unknown", "", "address 192.0.2.7"),
        ("192.0.2.7", "p5b2c-7.dip.isp.example", "", "address 192.0.2.7"),
        ("192.0.2.7", "host192-0-2-7.isp.example", "", "address 192.0.2.7"),
        ("::ffff:192.0.2.7", "mail.example.org", "", "network 192.0.2.0/24"),
        ("no address", "mail.example.org", "", "address no address"),
    ],
)
def test_keys(address: str, name: str, vouching: str, key: str) -> None:
    assert str(client_key(address, name, vouching)) == key


def test_a_pass_for_the_whole_world_vouches_for_nobody() -> None:
    assert vouching_domain("pass", "Example.ORG", "ip4:192.0.2.0/24") == "example.org"
    assert vouching_domain("pass", "example.org", "+all") == ""
    assert vouching_domain("softfail", "example.org", "") == ""
