"""helo: the kind of name the client gave."""

from __future__ import annotations

import pytest

from maildrop_py.evidence import helo
from maildrop_py.rules.conditions.helo import KINDS
from tests.rules.conditions.evident import INSIDE, holds, outcome, outside
from tests.support.rules_reading import when, when_problem


def test_kinds_are_those_of_the_evidence() -> None:
    assert tuple(helo.KINDS) == KINDS


@pytest.mark.parametrize(
    ("name", "kinds", "answer"),
    [
        ("friend", "no_dot", True),
        ("203.0.113.9", "bare_address", True),
        ("[203.0.113.9]", "literal", True),
        ("[203.0.113.9]", "wrong_literal", False),
        ("[192.0.2.1]", "[no_dot, wrong_literal]", True),
        ("203-0-113-9.dsl.example", "own_address", True),
        ("mx.me.example", "own_name", True),
        ("me.example", "own_name", True),  # the recipient's domain
        ("pc.local", "private_name", True),
        ("a!b.example", "invalid", True),
        ("mail.a.example", f"[{', '.join(KINDS)}]", False),
    ],
)
def test_the_name_decides(name: str, kinds: str, answer: bool) -> None:
    assert holds(f"{{helo: {kinds}}}", envelope=outside(helo=name)) is answer


def test_authenticated_and_inner_clients_are_exempt() -> None:
    authenticated = outside(helo="friend", authenticated=True)
    assert holds("{helo: no_dot}", envelope=authenticated) is False
    assert holds("{helo: no_dot}", envelope=INSIDE) is False


def test_unknown_where_nobody_told_it() -> None:
    assert holds("{helo: no_dot}", envelope=outside(helo=None)) is None


def test_it_shows_name_and_kind() -> None:
    found = outcome("{helo: no_dot}", envelope=outside(helo="friend"))
    assert (found.label, found.text) == ("HELO", "friend")
    assert found.remark().startswith("no_dot: it is a single word")


def test_mistakes() -> None:
    assert "did you mean `no_dot`?" in when_problem("{helo: nodot}")


def test_it_says_itself_in_words() -> None:
    said = when("{helo: [no_dot, own_name]}").describe()
    assert said == "HELO is of the kind no_dot or own_name"
