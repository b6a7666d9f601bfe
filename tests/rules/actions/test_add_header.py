"""add_header: headers on top of what is delivered."""

from __future__ import annotations

import pytest

from maildrop_py.message.header_edits import edited_head
from tests.support.rules_reading import decided, then, then_problem


def test_headers_are_added_in_order() -> None:
    rules = """
        rules:
          - {when: {subject: '(?P<what>\\w+)'}, then: {add_header: {X-A: '{what}', X-B: two}}}
          - {then: {add_header: {X-C: 3}}}
    """
    added = decided(rules, "Subject: hello world").add_headers
    assert added == (("X-A", "hello"), ("X-B", "two"), ("X-C", "3"))


def test_later_rules_see_the_message_as_it_came() -> None:
    rules = "rules: [{then: {add_header: {X-A: x}}}, {when: {header: {X-A: x}}, then: {file: A}}]"
    assert decided(rules).filings[0].folder == "INBOX"


def test_a_capture_writes_no_line_of_its_own() -> None:
    when = "{raw_headers: '(?s)(?P<all>Subject.*)'}"
    rules = f"rules: [{{when: {when}, then: {{add_header: {{X: '{{all}}'}}}}}}]"
    ((_, value),) = decided(rules, "Subject: a\nX-Evil: b").add_headers
    assert value == "Subject: a X-Evil: b"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{'X Y': a}", "cannot be a header's name"),
        ("{'X:': a}", "cannot be a header's name"),
        ("{'': a}", "cannot be a header's name"),
        ("{件名: a}", "cannot be a header's name"),
        ("{}", "no header is named"),
        ("X-A", "a mapping (`key: value`) must be here"),
        ("{X-A: [a]}", "a text must be here"),
    ],
)
def test_mistakes(value: str, said: str) -> None:
    assert said in then_problem(f"{{add_header: {value}}}")


def test_it_says_itself_in_words() -> None:
    (action,) = then("{add_header: {X-A: '{user}', X-B: b}}").actions
    assert action.describe() == "add header X-A: {user}, X-B: b"


HEAD = "A: 1\nSubject: old\nX-B: 2\nsubject: older\n"


def head_of(then: str, head: str = HEAD, *more: str) -> str:
    """The head that is delivered."""
    rules = "".join(f"  - {{then: {each}}}\n" for each in (then, *more))
    decision = decided(f"rules:\n{rules}", head)
    edits = decision.add_headers, decision.remove_headers, decision.rename_headers
    new = edited_head(head.encode(), *edits, decision.last_headers, decision.replaced_headers)
    return new.decode()


def test_a_header_can_be_replaced_in_its_place() -> None:
    changed = "{add_header: {Subject: {text: new, at: place}}}"
    assert head_of(changed) == "A: 1\nSubject: new\nX-B: 2\n"
    assert head_of(changed, "A: 1\n\n") == "Subject: new\nA: 1\n\n"
    again = "{add_header: {SUBJECT: {text: newest, at: place}}}"
    assert head_of(changed, HEAD, again) == "A: 1\nSubject: newest\nX-B: 2\n"


def test_later_rules_see_it_where_it_is_done_at_once() -> None:
    rules = """
        rules:
          - {then: {add_header: {Subject: {text: new, at: place}}, now: true}}
          - {when: {subject: {is: new}}, then: {file: A}}
    """
    decision = decided(rules, HEAD)
    assert (decision.filings[0].folder, decision.replaced_headers) == ("A", ())


def test_places_say_themselves_in_words() -> None:
    (action,) = then("{add_header: {X-A: {text: b, at: place}}}").actions
    assert action.describe() == "add header X-A: b in its place"
