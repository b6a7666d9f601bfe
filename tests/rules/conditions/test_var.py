"""var: expressions over what earlier rules set or found."""

from __future__ import annotations

from tests.support.rules_reading import decided, when_problem

RULES = """
rules:
  - when: {subject: '(?P<topic>\\w+)'}
    then: {set: {shown: 'about {topic}'}}
  - when: {var: {topic: '^work$', shown: ['no', 'about work']}}
    then: {file: Work}
  - when: {not: {var: {topic: .}}}
    then: {file: Nothing}
"""


def folder(subject: str) -> str:
    return decided(RULES, f"Subject: {subject}\n\n").filings[-1].folder


def test_values_are_searched_whatever_their_case() -> None:
    assert folder("WORK to do") == "Work"
    assert folder("workshop") == "INBOX"


def test_what_nothing_has_set_is_empty() -> None:
    assert folder("!!!") == "Nothing"


def test_a_name_that_nothing_can_set_is_a_mistake() -> None:
    assert "nothing sets 'topci'" in when_problem("{var: {topci: a}}")
