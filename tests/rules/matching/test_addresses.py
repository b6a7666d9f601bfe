"""Sets of addresses, domains and globs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.reader import Reader
from maildrop_py.rules.language.sources import Sources
from maildrop_py.rules.language.yaml_tree import parse
from maildrop_py.rules.matching.addresses import Addresses, is_address_test, parse_addresses


def addresses(*entries: str) -> Addresses:
    top = parse("[" + ", ".join(f"'{entry}'" for entry in entries) + "]", "rules.yaml")
    assert isinstance(top, Node)
    return parse_addresses(top.items(), Reader(Sources()).scope)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("a@b", True),
        ("@example.com", True),
        ("example.com", True),
        (".example.com", True),
        ("*@example.com", True),
        ("a+b@example.com", True),
        ("", True),
        ("<>", True),
        ("noreply@", False),
        ("@", False),
        (".*@example.com", False),
        ("example\\.com", False),
        ("a@b|c@d", False),
        ("^a@b", False),
        ("a@b$", False),
        ("J. Smith", False),
        ("ebay", False),
        ("a.+b", False),
    ],
)
def test_what_reads_as_an_address_and_what_as_an_expression(text: str, is_one: bool) -> None:
    assert is_address_test(text) is is_one


def test_the_entry_that_fits_is_named() -> None:
    found = addresses("A@b.c", "@example.org", ".example.net", "*@x?.de", "<>")
    assert found.entry_for("a@B.C") == "a@b.c"
    assert found.entry_for("x@example.org") == "example.org"
    assert found.entry_for("x@deep.down.example.net") == ".example.net"
    assert found.entry_for("me@x1.de") == "*@x?.de"
    assert found.entry_for("") == "<>"
    assert found.entry_for("x@y") is None
    assert found.shown == "A@b.c or @example.org or .example.net or *@x?.de or <>"


@pytest.mark.parametrize("address", ["example.org", "example.net", "b.c"])
def test_a_name_without_at_sign_is_in_no_domain(address: str) -> None:
    assert addresses("example.org", ".example.net").entry_for(address) is None


@pytest.mark.parametrize(
    "spelling", ["bücher.test", "BÜCHER.Test", "xn--bcher-kva.test", "XN--BCHER-KVA.Test"]
)
@pytest.mark.parametrize("entry", ["bücher.test", "x@bücher.test", "*@bücher.test"])
def test_international_domains_are_known_in_every_spelling(entry: str, spelling: str) -> None:
    assert addresses(entry).entry_for(f"x@{spelling}")
    assert addresses(entry.replace("bücher", "xn--bcher-kva")).entry_for(f"x@{spelling}")


@pytest.mark.parametrize(
    "entry", ["x@" + "ü" * 80 + ".de", "x@..ü", "x@xn--", "x@xn--zzzzzz99999.de", "*@*.ü*"]
)
def test_odd_domains_are_taken_as_they_are(entry: str) -> None:
    assert addresses(entry).entry_for(entry)


def test_a_large_set_is_looked_up_not_searched() -> None:
    many = Addresses(frozenset(f"u{n}@example.org" for n in range(100_000)))
    assert many.entry_for("u99999@example.org")
    assert not many.entry_for("u100000@example.org")


@given(st.text(max_size=30))
def test_no_address_raises(address: str) -> None:
    addresses("*@*.de", ".example.org", "a@b").entry_for(address)


def test_an_endless_domain_is_no_trouble() -> None:
    assert addresses(".example.org").entry_for("a@" + "x." * 100_000 + "example.org")
