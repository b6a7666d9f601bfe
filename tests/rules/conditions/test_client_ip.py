"""client_ip: networks, by number and not by text."""

from __future__ import annotations

import pytest

from tests.rules.conditions.evident import INSIDE, SUBMITTED, holds, outcome, outside
from tests.support.rules_reading import when, when_problem


@pytest.mark.parametrize(
    ("networks", "address", "answer"),
    [
        ("203.0.113.0/24", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.90", False),
        ("[198.51.100.0/24, 203.0.113.8/31]", "203.0.113.9", True),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("203.0.113.0/24", "[IPv6:::FFFF:203.0.113.9]", True),
        ('"2001:db8::/32"', "2001:DB8:0::1", True),
        ('"2001:db8::/32"', "2001:db9::1", False),
        ('"::/0"', "203.0.113.9", False),
        ("0.0.0.0/0", "2001:db8::1", False),
    ],
)
def test_the_address_decides(networks: str, address: str, answer: bool) -> None:
    assert holds(f"{{client_ip: {networks}}}", envelope=outside(client_address=address)) is answer


def test_the_border_counts_and_no_trusted_relay() -> None:
    head = (
        "Received: from relay (relay.me.example [192.0.2.5]) by mx.me.example with ESMTP\n"
        "Received: from x (x.a.example [203.0.113.9]) by relay.me.example with ESMTP\n"
        "Received: from y (y.b.example [198.51.100.1]) by x.a.example with ESMTP"
    )
    assert holds("{client_ip: 203.0.113.9}", head, INSIDE) is True
    assert holds("{client_ip: [192.0.2.5, 198.51.100.1]}", head, INSIDE) is False


@pytest.mark.parametrize("envelope", [INSIDE, SUBMITTED])
def test_unknown_for_mail_from_inside_and_authenticated_sessions(envelope: object) -> None:
    assert holds("{client_ip: 203.0.113.0/24}", envelope=envelope) is None  # type: ignore[arg-type]


def test_it_shows_address_and_network() -> None:
    found = outcome("{client_ip: 203.0.113.0/24}")
    assert (found.label, found.text) == ("client address", "203.0.113.9")
    assert found.remark() == "in 203.0.113.0/24"


@pytest.mark.parametrize("wrong", ["203.0.113.0/33", "203.0.113", "a.example", "''"])
def test_mistakes(wrong: str) -> None:
    assert "such as 192.0.2.0/24" in when_problem(f"{{client_ip: {wrong}}}")


def test_it_says_itself_in_words() -> None:
    said = when("{client_ip: [192.0.2.0/24, 198.51.100.1]}").describe()
    assert said == "the client's address is in 192.0.2.0/24 or 198.51.100.1"
