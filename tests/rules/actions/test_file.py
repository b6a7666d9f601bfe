"""file: one filing, with the flags that stand beside it."""

from __future__ import annotations

import pytest

from maildrop_py.decision.decision import Filing
from tests.support.rules_reading import decided, then, then_problem


def test_the_message_goes_into_the_folder_and_the_run_ends() -> None:
    rules = "rules: [{name: one, then: {file: A/B}}, {then: {file: C}}]"
    decision = decided(rules)
    assert decision.actions == (Filing("A/B", rule="one"),)
    assert decision.rule == "one"


def test_flags_beside_it_are_its_own() -> None:
    (filing,) = decided("rules: [{then: {flags: [seen, $Work, flagged], file: A}}]").filings
    assert (filing.flags, filing.keywords) == ("FS", ("$Work",))


def test_with_continue_it_is_a_copy() -> None:
    rules = """
        rules:
          - {name: one, then: {file: A, flags: [seen], continue: true}}
          - {name: two, then: {flags: [flagged]}}
    """
    decision = decided(rules)
    assert decision.actions == (Filing("A", "S", rule="one"), Filing("INBOX", "F"))
    assert decision.rule is None


def test_it_says_itself_in_words() -> None:
    (action,) = then("{file: 'Lists/{user}', flags: [seen, $Work]}").actions
    assert action.describe() == "file into Lists/{user} as seen, $Work"


@pytest.mark.parametrize(
    ("value", "said"), [("[a, b]", "a text must be here, not a list"), ("~", "not nothing")]
)
def test_wrong_values_are_mistakes(value: str, said: str) -> None:
    assert said in then_problem(f"{{file: {value}}}")
