"""reverse_name: S25R agrees with its regular expressions, dynamic names with real examples."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maildrop_py.evidence import reverse_name
from maildrop_py.message import ip

PATTERNS = {
    1: r"^[^.]*[0-9][^0-9.]+[0-9]",
    2: r"^[^.]*[0-9]{5}",
    3: r"^([^.]+\.)?[0-9][^.]*\.[^.]+\..+\.[a-z]",
    4: r"^[^.]*[0-9]\.[^.]*[0-9]-[0-9]",
    5: r"^[^.]*[0-9]\.[^.]*[0-9]\.[^.]+\..+\.",
    6: r"^(dhcp|dialup|ppp|[achrsvx]?dsl)[^.]*[0-9]",
}


@given(st.text("019azdhcpslx.-_", min_size=1, max_size=24))
@example("1.a.b.c")
@example("a.1.b.c.d")
@example(".1.b.c.d")
@example("1.2.c..d")
@example("1.2.c.d..")
@example("1.a...z")
def test_agrees_with_the_regular_expressions(name: str) -> None:
    expected = tuple(n for n, pattern in PATTERNS.items() if re.search(pattern, name, re.DOTALL))
    assert reverse_name.s25r(name) == expected


@pytest.mark.parametrize("name", ["", "unknown", "Unknown", " unknown. "])
def test_no_verified_name_is_rule_0(name: str) -> None:
    assert reverse_name.s25r(reverse_name.clean(name)) == (0,)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("220-139-165-188.dynamic.hinet.net", (1,)),
        ("evrtwa1-ar3-4-65-157-048.evrtwa1.dsl-verizon.net", (1,)),
        ("yahoobb220030220074.bbtec.net", (2,)),
        ("398pkj.cm.chello.no", (3,)),
        ("host.101.169.23.62.rev.coltfrance.com", (3,)),
        ("wbar9.chi1-4-11-085-222.dsl-verizon.net", (4,)),
        ("d5.as19.nrvl.ny.corecomm.net", (5,)),
        ("m500.union01.nj.comcast.net", (5,)),
        ("dhcp0339.vpm.resnet.group.upenn.edu", (6,)),
        ("PPP178.st.rim.or.jp", (6,)),
        ("adsl-1415.camtel.net", (6,)),
        ("mail.example.com", ()),
        ("mx1.example.com", ()),
    ],
)
def test_names_of_the_kind_each_rule_is_for(name: str, rules: tuple[int, ...]) -> None:
    found = reverse_name.s25r(reverse_name.clean(name))
    assert set(rules) <= set(found)
    assert bool(rules) == bool(found)


@pytest.mark.parametrize(
    ("name", "address", "dynamic"),
    [
        ("64.97-224-89.dsl.completel.net", "89.224.97.64", True),
        ("5ac607fd.bb.sky.com", "90.198.7.253", True),
        ("wschod-114.tp.unicity.pl", "192.0.2.114", False),
        ("5ac607fd.bb.sky.com", "90.198.7.252", False),
        ("mail.example.com", "192.0.2.1", False),
    ],
)
def test_dynamic_names_of_the_field(name: str, address: str, dynamic: bool) -> None:
    client = ip.parse(address)
    assert client is not None
    assert bool(reverse_name.dynamic(name, client)) == dynamic


def test_top_level_domain() -> None:
    assert reverse_name.ReverseName("mail.example.br").top_level_domain == "br"
    assert reverse_name.ReverseName("").top_level_domain == ""


def test_every_rule_has_a_sentence() -> None:
    assert list(reverse_name.RULES) == list(range(7))


def test_a_long_name_takes_linear_time() -> None:
    """A name of 300,000 characters is answered at once; a quadratic rule would hang here."""
    assert reverse_name.s25r("1-" * 75_000 + "." + "2-" * 75_000 + ".x" * 1000)
