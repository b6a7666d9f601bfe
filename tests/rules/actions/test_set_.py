"""set: names for texts, for the templates that follow."""

from __future__ import annotations

from maildrop_py.message.envelope import Envelope
from tests.support.rules_reading import decided, then, then_problem


def test_later_rules_know_the_name() -> None:
    rules = """
        rules:
          - {when: {subject: '^(?P<first>\\w+)'}, then: {set: {topic: '{first|lower}'}}}
          - {then: {file: 'Topics/{topic}'}}
    """
    assert decided(rules, "Subject: Hello there").filings[0].folder == "Topics/hello"


def test_it_counts_for_what_stands_beside_it() -> None:
    rules = "rules: [{then: {file: '{place}', set: {place: Here}}}]"
    assert decided(rules).filings[0].folder == "Here"


def test_rules_that_do_not_fire_set_nothing() -> None:
    rules = """
        rules:
          - {when: {subject: (?P<x>nothing)}, then: {set: {y: '{x}'}}}
          - {then: {file: 'F{y}'}}
    """
    assert decided(rules, "Subject: hello").filings[0].folder == "F_"


def test_known_names() -> None:
    rules = "rules: [{then: {file: '{user}-{domain}-{extension}-{year}-{month}-{day}'}}]"
    envelope = Envelope(user="ann", recipient="ann+x@example.com", extension="x")
    (filing,) = decided(rules, envelope=envelope).filings
    assert filing.folder == "ann-example_com-x-2026-09-21"


def test_names_may_be_given_another_meaning() -> None:
    rules = "rules: [{then: {set: {user: all}}}, {then: {file: '{user}'}}]"
    assert decided(rules).filings[0].folder == "all"


def test_mistakes() -> None:
    assert "cannot be a name" in then_problem("{set: {a-b: x}}")
    assert "nothing sets {c}" in then_problem("{set: {a: '{c}'}}")
    assert "nothing is set here" in then_problem("{set: {}}")


def test_it_says_itself_in_words() -> None:
    assert then("{set: {a: x, b: '{user}'}}").actions[0].describe() == "set a to x, b to {user}"
