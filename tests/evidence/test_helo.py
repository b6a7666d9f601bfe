"""helo: each kind by example, and by what must not be taken for it."""

from __future__ import annotations

import pytest

from maildrop_py.evidence import helo
from maildrop_py.message import ip


def kinds(name: str, client: str = "192.0.2.33", own: tuple[str, ...] = ()) -> tuple[str, ...]:
    return helo.kinds(name, ip.parse(client), own)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mail.example.com", ()),
        ("mail.example.com.", ()),
        ("oemcomputer", ("no_dot",)),
        ("OEMCOMPUTER", ("no_dot",)),
        ("1.2.3.4", ("bare_address",)),
        ("192.0.2.33", ("bare_address",)),
        ("2001:db8::1", ("bare_address",)),
        ("[192.0.2.33]", ("literal",)),
        ("[1.2.3.4]", ("literal", "wrong_literal")),
        ("[IPv6:2001:db8::1]", ("literal", "wrong_literal")),
        ("[nonsense]", ("literal", "invalid")),
        ("192-0-2-33.dsl.example.net", ("own_address",)),
        ("33.2.0.192.dsl.example.net", ("own_address",)),
        ("host-192-000-002-033.example.net", ("own_address",)),
        ("c0000221.example.net", ("own_address",)),
        ("192.0.2.34.dsl.example.net", ()),
        ("1192-0-2-33.example.net", ()),
        ("localhost", ("no_dot", "private_name")),
        ("localhost.localdomain", ("private_name",)),
        ("friend's.example.com", ("invalid",)),
        ("a..example.com", ("invalid",)),
        ("", ("no_dot", "invalid")),
        ("box.lan", ("private_name",)),
        ("メール.example", ()),
    ],
)
def test_kinds_of_names(name: str, expected: tuple[str, ...]) -> None:
    assert kinds(name) == expected


@pytest.mark.parametrize("name", ["example.org", "MX.Example.ORG", "a.b.example.org."])
def test_my_own_name_or_one_inside_my_domain(name: str) -> None:
    assert "own_name" in kinds(name, own=("example.org",))


@pytest.mark.parametrize("name", ["badexample.org", "example.org.evil.net", "org"])
def test_a_name_that_only_looks_like_mine(name: str) -> None:
    assert "own_name" not in kinds(name, own=("example.org", ""))


def test_own_ipv6_address_with_hyphens_or_as_nibbles() -> None:
    assert "own_address" in kinds("2001-db8--7.example.net", "2001:db8::7")
    assert "own_address" in kinds("20010db8000000000000000000000007.example.net", "2001:db8::7")
    assert "own_address" not in kinds("2001-db8--8.example.net", "2001:db8::7")


def test_mapped_address_is_compared_as_ipv4() -> None:
    assert kinds("[192.0.2.33]", "::ffff:192.0.2.33") == ("literal",)


def test_every_kind_has_a_sentence() -> None:
    assert all(sentence.startswith(("is ", "has ")) for sentence in helo.KINDS.values())
