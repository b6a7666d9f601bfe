"""list_id: what stands in <…> in List-Id."""

from __future__ import annotations

import pytest

from maildrop_py.rules.conditions.list_id import identifier_in
from tests.support.rules_reading import asked, held, seen, when

MAIL = 'List-Id: "Python dev <not this>" <python-dev.python.org>'


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("'^python-dev\\.'", True),
        ("{is: Python-Dev.python.org}", True),
        ("'not this'", False),
        ("{exists: true}", True),
        ("[a, dev]", True),
    ],
)
def test_the_identifier_alone_is_tested(test: str, answer: bool) -> None:
    assert held(f"{{list_id: {test}}}", MAIL) is answer


@pytest.mark.parametrize(
    ("value", "identifier"),
    [
        ("<a.b>", "a.b"),
        ("Name <a.b>", "a.b"),
        ("a.b", "a.b"),
        ("a.b (Name)", "a.b (Name)"),
        ("Name <a.b", "a.b"),
        ("Name <a.b (open)", "a.b"),
        ("Name < a.b", "a.b"),
        ("Name a.b>", "a.b"),
        ("<<a.b>>", "a.b"),
        ("Name <a.b> <", "a.b"),
        ("< a.b >", "a.b"),
        (">", ""),
        ("<", ""),
        ("", ""),
    ],
)
def test_identifiers_are_found_in_what_lists_write(value: str, identifier: str) -> None:
    assert identifier_in(value) == identifier


def test_it_shows_the_identifier() -> None:
    outcome = asked("{list_id: '(?P<list>[\\w-]+)\\.'}", MAIL)
    assert (outcome.text, seen(outcome)) == ("python-dev.python.org", "python-dev.")
    assert outcome.captures == {"list": "python-dev"}
    assert asked("{list_id: x}", MAIL, explaining=True).text == "python-dev.python.org"
    assert asked("{list_id: x}", explaining=True).why == "no such header"


def test_it_says_itself_in_words() -> None:
    assert when("{list_id: '^a'}").describe() == "List-Id matches /^a/"
