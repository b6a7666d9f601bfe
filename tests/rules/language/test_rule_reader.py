"""Rules under a rule: `rules` where its `when` holds, `else` where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.decision.decision import Decision
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.program.compiler import compile_rules
from tests.support.rules_reading import Answers, decided, problem_of, rules_of

WORK = """
rules:
  - name: work
    when: {to: '(?P<who>\\w+)@work'}
    rules:
      - {when: {subject: alpha}, then: {file: "{who}/Alpha"}}
      - {when: {raw_headers: '^Subject: *{who}'}, then: {flags: [flagged]}}
      - when: {subject: beta}
        rules:
          - {name: both, when: {from: ann}, then: {file: Ann}}
        else:
          - {when: {from: bob}, then: {file: "Bob/{who}"}}
    else:
      - {when: {subject: alpha}, then: {file: Private}}
  - {name: last, when: {subject: beta}, then: {file: Rest}}
"""


def outcome(head: str, rules: str = WORK, explain: bool = False) -> tuple[str, str | None]:
    decision = decided(rules, head, explain=explain)
    return decision.filings[-1].folder, decision.rule


@pytest.mark.parametrize("explain", [True, False])
@pytest.mark.parametrize(
    ("head", "folder", "rule"),
    [
        ("To: me@work\nSubject: alpha", "me/Alpha", "work 1"),
        ("To: me@home\nSubject: alpha", "Private", "work else 1"),
        ("To: me@work\nSubject: beta\nFrom: ann@b", "Ann", "both"),
        ("To: me@work\nSubject: gamma\nFrom: bob@b", "Bob/me", "work 3 else 1"),
        ("To: me@work\nSubject: beta\nFrom: eve@b", "Rest", "last"),
        ("To: me@home\nSubject: beta", "Rest", "last"),
        ("To: me@work\nSubject: gamma", "INBOX", None),
    ],
)
def test_they_are_tried_where_the_condition_holds(
    head: str, folder: str, rule: str | None, explain: bool
) -> None:
    assert outcome(head, explain=explain) == (folder, rule)


def test_conditions_see_what_the_block_found() -> None:
    assert decided(WORK, "To: me@work\nSubject: me too").filings[0].flags == "F"
    assert decided(WORK, "To: you@work\nSubject: me too").filings[0].flags == ""


@pytest.mark.parametrize("explain", [True, False])
def test_the_block_is_asked_once_whatever_its_rules_change(explain: bool) -> None:
    rules = """
        rules:
          - {then: {score: 3}}
          - when: {spam_score: "< 5"}
            rules:
              - {then: {score: 10}}
              - {then: {flags: [seen]}}
            else:
              - {then: {flags: [flagged]}}
    """
    decision = decided(rules, "Subject: a", explain=explain)
    assert (decision.score, decision.filings[0].flags) == (13, "S")


@pytest.mark.parametrize(("known", "flags"), [(True, "S"), (False, "F"), (None, "")])
def test_where_the_answer_is_unknown_neither_is_done(known: bool | None, flags: str) -> None:
    rules = """
        rules:
          - {when: {duplicate: true}, then: {flags: seen}, else: {flags: flagged}}
    """
    decision = decided(rules, "Message-ID: <a@b>", evidence=Answers(known))
    assert decision.filings[0].flags == flags


def test_actions_and_rules_may_be_beside_each_other() -> None:
    rules = """
        rules:
          - name: a
            when: {subject: a}
            then: {flags: [seen]}
            rules: [{then: {file: A}}]
            else: {file: B}
    """
    assert outcome("Subject: a", rules) == ("A", "a 1")
    assert decided(rules, "Subject: a").filings[0].flags == "S"
    assert outcome("Subject: b", rules) == ("B", "a else")


def test_a_file_can_be_included_under_a_condition(tmp_path: Path) -> None:
    inner = "rules: [{name: in, then: {file: In}}]\nexamples:\n"
    inner += "  - {message: {headers: {A: b}}, expect: {file: In}}\n"
    (tmp_path / "inner.yaml").write_text(inner)
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - {when: {subject: a}, rules: [{include: inner.yaml}]}\n")
    found = read_rules(str(rules), enforce_trust=False)
    assert not found.examples
    assert decided(found, "Subject: a").filings[0].folder == "In"
    assert decided(found, "Subject: b").filings[0].folder == "INBOX"


def test_rules_of_a_block_are_found_by_what_must_be_in_the_message() -> None:
    program = compile_rules(rules_of(WORK))
    assert len(program) == 6
    assert program.always == ()


def test_what_can_never_fire_is_found_in_blocks_too() -> None:
    rules = """
        rules:
          - when: {subject: a}
            rules: [{name: one, then: {file: A}}, {name: two, then: {file: B}}]
    """
    (warning,) = warnings_about(rules_of(rules))
    assert "rule 'two' can never fire" in str(warning)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{rules: [{then: {file: A}}]}", "`rules` needs a `when` beside it"),
        ("{then: {file: A}, else: {file: B}}", "`else` needs a `when` beside it"),
        ("{when: {subject: a}}", "this rule does nothing"),
        ("{when: {subject: a}, rules: []}", "there is no rule here"),
        ("{when: {subject: a}, else: []}", "there is no rule here"),
        ("{when: {subject: a}, rules: {then: {file: A}}}", "a list must be here"),
        ("{when: {subject: a}, els: {file: A}}", "did you mean `else`?"),
        ("{when: {subject: a}, rules: [{then: {fil: A}}]}", "did you mean `file`?"),
        ("{when: {subject: a}, else: {file: '{x}'}}", "nothing sets {x}"),
    ],
)
def test_mistakes(rule: str, said: str) -> None:
    assert said in problem_of(f"rules: [{rule}]")


def test_blocks_are_not_without_end() -> None:
    rule = "{then: {file: A}}"
    for _ in range(11):
        rule = f"{{when: {{subject: a}}, rules: [{rule}]}}"
    assert "more than 10 blocks are in one another" in problem_of(f"rules: [{rule}]")


def test_it_says_itself_in_words() -> None:
    first, *_ = rules_of(WORK).rules
    assert first.when is not None
    assert " and then header Subject matches /alpha/" in first.when.describe()
    decision: Decision = decided(WORK, "To: me@home\nSubject: alpha")
    assert decision.reasons[0].because.startswith("not (")


LETTERS = st.sampled_from("abc")
LEAF = st.fixed_dictionaries({"when": LETTERS, "ends": st.booleans()})
RULES = st.lists(
    st.recursive(
        LEAF,
        lambda inner: st.fixed_dictionaries(
            {"when": LETTERS, "rules": st.lists(inner, min_size=1, max_size=3)},
            optional={"else": st.lists(inner, min_size=1, max_size=3)},
        ),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


def as_rules(written: list[dict[str, Any]], numbers: Iterator[int]) -> list[dict[str, Any]]:
    """What was drawn as it stands in a file: a rule's number is its folder or keyword."""
    found: list[dict[str, Any]] = []
    for one in written:
        rule: dict[str, Any] = {"when": {"subject": one["when"]}}
        if "rules" in one:
            for key in ("rules", "else"):
                if key in one:
                    rule[key] = as_rules(one[key], numbers)
        else:
            number = next(numbers)
            rule["then"] = {"file": f"F{number}"} if one["ends"] else {"flags": [f"$K{number}"]}
        found.append(rule)
    return found


def done(rules: list[dict[str, Any]], subject: str, flags: list[str]) -> str | None:
    """What they mean, said otherwise: the folder where the run ends, None if it goes on."""
    for rule in rules:
        holds = rule["when"]["subject"] in subject
        if "then" in rule:
            if holds and "file" in rule["then"]:
                return str(rule["then"]["file"])
            flags += rule["then"].get("flags", []) if holds else []
            continue
        ended = done(rule.get("rules" if holds else "else", []), subject, flags)
        if ended is not None:
            return ended
    return None


@given(RULES, st.lists(LETTERS, max_size=3))
def test_blocks_mean_what_they_say(drawn: list[dict[str, Any]], letters: list[str]) -> None:
    rules, subject, flags = as_rules(drawn, count()), "".join(letters), list[str]()
    folder = done(rules, subject, flags) or "INBOX"
    for explain in (True, False):
        text = yaml.safe_dump({"rules": rules})
        filing = decided(text, f"Subject: {subject}", explain=explain).filings[-1]
        assert (filing.folder, sorted(filing.keywords)) == (folder, sorted(flags))
