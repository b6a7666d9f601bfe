"""client_tld: the top-level domain of the verified name."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.reverse_name import ReverseName
from tests.rules.conditions.evident import INSIDE, SUBMITTED, holds, outcome, outside
from tests.support.rules_reading import seen, when, when_problem


@pytest.mark.parametrize(
    ("labels", "name", "answer"),
    [
        ("br", "mail.a.com.br", True),
        ("[br, th]", "mail.a.TH", True),
        (".BR", "mail.a.br.", True),
        ("br", "br.example", False),
        ("no", "mail.a.no", True),  # Norway is no boolean
        ("テスト", "mail.a.xn--zckzah", True),
        ("br", "unknown", False),
    ],
)
def test_the_last_label_decides(labels: str, name: str, answer: bool) -> None:
    assert holds(f"{{client_tld: {labels}}}", envelope=outside(name)) is answer


@pytest.mark.parametrize("envelope", [INSIDE, SUBMITTED])
def test_unknown_for_mail_from_inside_and_authenticated_sessions(envelope: object) -> None:
    """Else `not: {client_tld: jp}` would take one's own mail for foreign."""
    assert holds("{client_tld: jp}", envelope=envelope) is None  # type: ignore[arg-type]


def test_unknown_where_dns_is_silent() -> None:
    assert holds("{client_tld: br}", name=ReverseName("", "DNS", "no answer")) is None


def test_it_marks_the_label() -> None:
    assert seen(outcome("{client_tld: br}", envelope=outside("br.a.br"))) == "br"


@pytest.mark.parametrize("wrong", ["com.br", "''", "."])
def test_mistakes(wrong: str) -> None:
    assert "not a top-level domain" in when_problem(f"{{client_tld: {wrong}}}")


def test_it_says_itself_in_words() -> None:
    assert when("{client_tld: [br, th]}").describe() == "the client's name ends in .br or .th"
