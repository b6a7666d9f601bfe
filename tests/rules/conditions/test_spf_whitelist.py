"""spf_whitelist: on the list, and vouched for by SPF; DNS is asked for those on the list alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.conditions.evident import Answer, holds, outcome, outside
from tests.support.rules_reading import facts, problem_of, when, when_problem

ANN = "From: Ann <ann@a.example>"


@pytest.mark.parametrize(
    ("listed", "answer"),
    [
        ("ann@a.example", True),
        ("ANN@A.example", True),
        ('"*@a.example"', True),
        ("a.example", True),
        ('"@a.example"', True),
        (".a.example", True),
        ("[b.example, a.example]", True),
        ("bob@a.example", False),
        ("b.example", False),
        ('"*@*.a.example"', False),
        (".example.org", False),
    ],
)
def test_the_list_is_held_against_the_envelope_sender(listed: str, answer: bool) -> None:
    assert holds(f"{{spf_whitelist: {listed}}}", spf="pass") is answer


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("From: news@a.example", True),
        ("From: news@lists.a.example", True),
        ("From: news@other.example", False),
        ("From: news@a.example, eve@b.example", False),
    ],
    ids=["same domain", "aligned", "not aligned", "two authors"],
)
def test_from_counts_where_the_domains_are_aligned(head: str, answer: bool) -> None:
    listed = '{spf_whitelist: ["news@*"]}'
    assert holds(listed, head, outside(sender="bounce-7@a.example"), spf="pass") is answer


@pytest.mark.parametrize("result", ["fail", "softfail", "neutral", "none", "permerror"])
def test_without_a_pass_nobody_is_vouched_for(result: str) -> None:
    assert holds("{spf_whitelist: a.example}", ANN, spf=result) is False


@pytest.mark.parametrize("result", ["temperror", "unknown"])
def test_unknown_where_spf_is(result: str) -> None:
    assert holds("{spf_whitelist: a.example}", ANN, spf=result) is None


def test_the_null_sender_is_on_no_list() -> None:
    assert holds('{spf_whitelist: ["*"]}', "", outside(sender=""), spf="pass") is False


def test_spf_is_asked_only_about_those_on_the_list() -> None:
    evidence = Answer(ANN)
    condition = when('{spf_whitelist: ["*@b.example", c.example]}')
    assert condition.test(facts(evidence.message, evidence.envelope, evidence)).held is False
    assert evidence.asked == []


def test_a_list_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("b.example\n*@a.example # Ann's\n")
    listed = f"{{spf_whitelist: {{file: {tmp_path / 'good.txt'}}}}}"
    assert holds(listed, spf="pass") is True


def test_it_shows_who_is_vouched_for() -> None:
    found = outcome("{spf_whitelist: a.example}", ANN, spf="pass")
    assert (found.text, found.remark()) == (
        "ann@a.example",
        "fits a.example; SPF pass, From aligned",
    )


@pytest.mark.parametrize("wrong", ["'^a.*'", '""', "word", "<>"])
def test_expressions_do_not_belong_here(wrong: str) -> None:
    assert "is not an address, domain or glob" in when_problem(f"{{spf_whitelist: {wrong}}}")


def test_missing_file_is_a_mistake() -> None:
    text = "rules: [{when: {spf_whitelist: {file: /nowhere/x}}, then: {file: INBOX}}]"
    assert "/nowhere/x" in problem_of(text)


def test_it_says_itself_in_words() -> None:
    said = when('{spf_whitelist: ["*@a.example", b.example]}').describe()
    assert said == "SPF vouches for a sender who is *@a.example or b.example"
