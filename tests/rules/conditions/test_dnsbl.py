"""dnsbl: listed with one of the codes; what a list cannot say is unknown."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.dnsbl import Listing
from tests.rules.conditions.evident import INSIDE, SUBMITTED, holds, outcome
from tests.support.rules_reading import when, when_problem

LISTED = {"zen.example": Listing("zen.example", ("127.0.0.4", "127.0.0.10"))}
CLEAN = {"zen.example": Listing("zen.example")}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("zen.example", True),
        ("ZEN.example.", True),
        ("{zone: zen.example}", True),
        ("{zone: zen.example, codes: 4}", True),
        ("{zone: zen.example, codes: [2, 4-7]}", True),
        ("{zone: zen.example, codes: 127.0.0.10}", True),
        ("{zone: zen.example, codes: 127.0.0.8 - 127.0.0.11}", True),
        ("{zone: zen.example, codes: [2, 3, 5-9]}", False),
        ("[{zone: zen.example, codes: 2}, {zone: zen.example, codes: 10}]", True),
        ("[zen.example, silent.example]", True),
        ("[{zone: zen.example, codes: 2}, silent.example]", None),
        ("silent.example", None),
    ],
)
def test_the_answers_decide(text: str, answer: bool | None) -> None:
    assert holds(f"{{dnsbl: {text}}}", lists=LISTED) is answer


def test_not_listed() -> None:
    assert holds("{dnsbl: zen.example}", lists=CLEAN) is False
    assert outcome("{dnsbl: zen.example}", lists=CLEAN).why == "not listed"


def test_authenticated_and_inner_clients_are_exempt() -> None:
    assert holds("{dnsbl: zen.example}", envelope=SUBMITTED, lists=LISTED) is False
    assert holds("{dnsbl: zen.example}", envelope=INSIDE, lists=LISTED) is False
    found = outcome("{dnsbl: zen.example}", envelope=SUBMITTED, lists=LISTED)
    assert found.why == "the session was authenticated"


def test_it_shows_the_answers() -> None:
    found = outcome("{dnsbl: zen.example}", lists=LISTED)
    assert (found.label, found.text) == ("zen.example", "127.0.0.4 127.0.0.10")
    assert outcome("{dnsbl: silent.example}").why == "silent"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("zen", "'zen' is not a zone"),
        ("'a b.example'", "is not a zone"),
        ("{codes: 2}", "no list is named"),
        ("{zone: a.example, code: 2}", "did you mean `codes`?"),
        ("{zone: a.example, codes: 300}", "300"),
        ("{zone: a.example, codes: 7-4}", "ends before it begins"),
        ("{zone: a.example, codes: 192.0.2.1}", "no answer of a DNS list"),
        ("[]", "this list is empty"),
    ],
)
def test_mistakes(wrong: str, why: str) -> None:
    assert why in when_problem(f"{{dnsbl: {wrong}}}")


def test_lists_of_domains_in_texts_are_refused_with_a_reason() -> None:
    assert "`spam_score`" in when_problem("{uri_dnsbl: multi.example}")


def test_it_says_itself_in_words() -> None:
    assert when("{dnsbl: zen.example}").describe() == "DNS list zen.example has the client"
    said = when("{dnsbl: {zone: zen.example, codes: [2, 4-7]}}").describe()
    assert said == "DNS list zen.example has the client as 2 or 4-7"
