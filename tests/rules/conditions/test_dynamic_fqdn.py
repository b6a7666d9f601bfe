"""dynamic_fqdn: digits in the client's verified name."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.reverse_name import ReverseName
from tests.rules.conditions.evident import INSIDE, holds, outcome, outside
from tests.support.rules_reading import when, when_problem


@pytest.mark.parametrize(
    ("name", "address", "answer"),
    [
        ("64.97-224-89.dsl.completel.net", "89.224.97.64", True),
        ("5ac607fd.bb.sky.com", "90.198.7.253", True),
        ("wschod-114.tp.unicity.pl", "203.0.113.9", False),
        ("mail.a.example", "203.0.113.9", False),
        ("unknown", "203.0.113.9", False),
    ],
)
def test_the_name_decides(name: str, address: str, answer: bool) -> None:
    envelope = outside(name, client_address=address)
    assert holds("{dynamic_fqdn: true}", envelope=envelope) is answer
    assert holds("{dynamic_fqdn: false}", envelope=envelope) is not answer


def test_names_on_a_list_are_exempt() -> None:
    envelope = outside("64.97-224-89.dsl.completel.net")
    assert holds("{dynamic_fqdn: {except: .completel.net}}", envelope=envelope) is False
    assert holds("{dynamic_fqdn: {except: .sky.com}}", envelope=envelope) is True


def test_authenticated_and_inner_clients_are_exempt() -> None:
    envelope = outside("64.97-224-89.dsl.completel.net", authenticated=True)
    assert holds("{dynamic_fqdn: true}", envelope=envelope) is False
    assert holds("{dynamic_fqdn: true}", envelope=INSIDE) is False


def test_unknown_where_the_name_is() -> None:
    assert holds("{dynamic_fqdn: true}", name=ReverseName("", "DNS", "SERVFAIL")) is None


def test_it_shows_why() -> None:
    found = outcome("{dynamic_fqdn: true}", envelope=outside("a12-34-5.example"))
    assert found.text == "a12-34-5.example"
    assert "five or more digits in a row" in found.why


def test_mistakes() -> None:
    assert "true or false" in when_problem("{dynamic_fqdn: maybe}")
    assert "nothing is named here" in when_problem("{dynamic_fqdn: {}}")


def test_it_says_itself_in_words() -> None:
    assert when("{dynamic_fqdn: true}").describe() == (
        "the client's name looks dynamically assigned"
    )
