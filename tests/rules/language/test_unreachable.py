"""Rules that can never fire are found; none is called so that could."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.language.unreachable import unreachable_rules
from tests.rules.program.test_program import envelopes, heads, whens
from tests.support.rules_reading import Answers, decided, rules_of


def unreachable(*rules: str) -> list[str]:
    return [
        problem.text
        for problem in unreachable_rules(rules_of(f"rules: [{', '.join(rules)}]").rules)
    ]


def rule(when: str, then: str = "{file: A}", name: str = "late") -> str:
    return f"{{name: {name}, when: {when}, then: {then}}}"


def shadowed(earlier: str, later: str) -> bool:
    return bool(unreachable(rule(earlier, name="early"), rule(later)))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("{subject: a}", "{subject: a}"),
        ("{subject: [a, b]}", "{subject: b}"),
        ("{subject: [a, b, c]}", "{subject: [c, a]}"),
        ("{subject: a}", "{subject: a, size: 5}"),
        ("{subject: a}", "{size: 5, all: [{subject: a}]}"),
        ("{from: [a@b, c@d]}", "{from: [a@b, c@d]}"),
        ("{list_id: [a, b]}", "{list_id: a}"),
        ("{to: [x, y]}", "{to: x}"),
        ("{sender: [x y, z z]}", "{sender: x y}"),
        ("{body: [x, y]}", "{body: x}"),
        ("{header: {X: {contains: [a, b]}}}", "{header: {x: 1, X: {contains: a}}}"),
        ("{any: [{subject: a}, {size: 5}]}", "{subject: a}"),
        ("{any: [{subject: a}, {size: 5}]}", "{size: 5, from: x}"),
        ("{any: [{subject: [a, b]}, {size: 5}]}", "{any: [{subject: a}, {subject: b}]}"),
        ("{any: [{subject: a, size: 5}, {cc: x}]}", "{subject: a, size: 5, to: y}"),
        ("{not: {subject: a}}", "{not: {subject: a}, size: 5}"),
        ("{spam_score: '>= 5'}", "{spam_score: '>= 5'}"),
        ("{spam_score: '>= 5'}", "{spam_score: '> 5'}"),
        ("{spam_score: '> 5'}", "{spam_score: '>= 6'}"),
        ("{spam_score: '>= 5'}", "{spam_score: '>= 6 and < 9'}"),
        ("{spam_score: '>= 5 and < 10'}", "{spam_score: '== 7'}"),
        ("{spam_score: ['< 1', '> 9']}", "{spam_score: '< 0'}"),
        ("{bounce: true}", "{bounce: true}"),
        ("{weigh: [{subject: a, score: 1}]}", "{weigh: [{subject: a, score: 1}], size: 5}"),
    ],
)
def test_rules_behind_a_wider_one_are_found(earlier: str, later: str) -> None:
    assert shadowed(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("{subject: a}", "{subject: b}"),
        ("{subject: a}", "{subject: [a, b]}"),
        ("{subject: a, size: 5}", "{subject: a}"),
        ("{header: {X: a}}", "{header: {Y: a}}"),
        ("{from: a@b}", "{to: a@b}"),
        ("{from: [a@b, x]}", "{from: [c@d, x]}"),
        ("{any: [{subject: a, size: 5}, {cc: x}]}", "{subject: a}"),
        ("{any: [{subject: a}, {size: 5}]}", "{any: [{subject: a}, {cc: x}]}"),
        ("{not: {subject: a}}", "{subject: a}"),
        ("{spam_score: '> 5'}", "{spam_score: '>= 5'}"),
        ("{spam_score: '>= 5'}", "{spam_score: '>= 4'}"),
        ("{spam_score: '>= 5'}", "{spam_score: '< 9'}"),
        ("{spam_score: '>= 5'}", "{spam_score: ['>= 6', '< 1']}"),
        ("{spam_score: '>= 5 and < 9'}", "{spam_score: '>= 6'}"),
        ("{bounce: true}", "{bounce: false}"),
    ],
)
def test_rules_that_may_fire_are_let_alone(earlier: str, later: str) -> None:
    assert not shadowed(earlier, later)


def test_a_rule_for_every_message_ends_all() -> None:
    rules = ["{name: all, then: {file: A}}", rule("{subject: x}"), "{name: z, then: {score: 1}}"]
    assert unreachable(*rules) == ["rule 'late' can never fire", "rule 'z' can never fire"]


@pytest.mark.parametrize("then", ["{score: 1}", "{copy: A}", "{file: A, continue: true}"])
def test_rules_that_go_on_shadow_nothing(then: str) -> None:
    assert not unreachable(rule("{subject: a}", then, "early"), rule("{subject: a}"))


def test_a_score_between_two_rules_may_let_the_second_fire() -> None:
    spam = "{any: [{spam_score: '>= 5'}, {subject: a}]}"
    between = rule("{subject: b}", "{score: 3}", "between")
    assert unreachable(rule(spam, name="early"), rule("{spam_score: 6}")) != []
    assert unreachable(rule(spam, name="early"), between, rule("{spam_score: 6}")) == []
    assert unreachable(rule("{bounce: true}", name="a"), between, rule("{bounce: true}")) != []


def test_the_warning_names_both_rules() -> None:
    text = "rules:\n- {name: a, then: {file: A}}\n- {name: b, then: {file: B}}\n"
    (problem,) = unreachable_rules(load_text(text, "here/rules.yaml").rules)
    assert str(problem).startswith("here/rules.yaml:3:1: rule 'b' can never fire (")
    assert problem.hint == "'a' (rules.yaml:2) always ends the run first"


@settings(max_examples=150, deadline=None)
@given(whens, whens, heads, envelopes)
def test_no_rule_called_unreachable_ever_fires(
    earlier: object, later: object, head: list[bytes], envelope: object
) -> None:
    """Whatever two rules are made of: if the second is shadowed, it does not fire."""
    found = rules_of(
        json.dumps(
            {
                "rules": [
                    {"when": earlier, "then": {"file": "Early"}},
                    {"when": later, "then": {"file": "Late"}},
                ]
            }
        )
    )
    if list(unreachable_rules(found.rules)):
        decision = decided(found, b"\n".join(head), envelope, Answers(None))  # type: ignore[arg-type]
        assert decision.filings[0].folder != "Late"
