"""remove_header: headers left out of what is delivered."""

from __future__ import annotations

from tests.support.rules_reading import decided, then, then_problem


def test_names_are_collected() -> None:
    rules = "rules: [{then: {remove_header: [X-A, X-B]}}, {then: {remove_header: X-C}}]"
    assert decided(rules).remove_headers == ("X-A", "X-B", "X-C")


def test_mistakes() -> None:
    assert "cannot be a header's name" in then_problem("{remove_header: 'X-A:'}")
    assert "this list is empty" in then_problem("{remove_header: []}")


def test_it_says_itself_in_words() -> None:
    (action,) = then("{remove_header: [X-A, X-B]}").actions
    assert action.describe() == "remove header X-A, X-B"
