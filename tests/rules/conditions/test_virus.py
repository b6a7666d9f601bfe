"""virus: its own words and mistakes; what clamd answers is tested with the scanners' panel."""

from __future__ import annotations

from tests.support.rules_reading import problem_of, when


def test_it_says_itself_in_words() -> None:
    assert when("{virus: true}").describe() == "clamd found a virus"
    assert when("{virus: '^Win'}").describe() == "clamd found a virus whose name matches /^Win/"


def test_a_broken_expression_is_a_mistake() -> None:
    assert "rules" not in problem_of("rules: [{when: {virus: '('}, then: {file: A}}]")
