"""spf: the result decides; what could not be learnt decides nothing."""

from __future__ import annotations

import pytest

from maildrop_py.evidence import spf as evidence
from maildrop_py.rules.conditions.spf import RESULTS
from tests.rules.conditions.evident import Answer, holds, outcome
from tests.support.rules_reading import facts, when, when_problem, whole_when


def test_results_are_those_of_the_evidence() -> None:
    assert RESULTS == evidence.RESULTS


@pytest.mark.parametrize("result", [one for one in RESULTS if one != "temperror"])
def test_the_result_decides(result: str) -> None:
    assert holds(f"{{spf: {result}}}", spf=result) is True
    others = ", ".join(one for one in RESULTS if one != result)
    assert holds(f"{{spf: [{others}]}}", spf=result) is False


def test_temperror_is_unknown_but_for_those_who_ask_for_it() -> None:
    assert holds("{spf: [pass, fail, none]}", spf="temperror") is None
    assert outcome("{spf: [fail, temperror]}", spf="temperror").held is True


def test_what_cannot_be_asked_is_unknown_to_everybody() -> None:
    assert holds(f"{{spf: [{', '.join(RESULTS)}]}}") is None


def test_it_shows_the_result_in_words() -> None:
    found = outcome("{spf: fail}", spf="fail")
    assert (found.label, found.text) == ("SPF", "fail")
    assert found.remark() == "SPF fail: a.example does not let 203.0.113.9 send"


def test_it_is_asked_last() -> None:
    evidence = Answer("Subject: y")
    asked = facts(evidence.message, evidence.envelope, evidence)
    assert whole_when("{spf: pass, subject: x}").test(asked).held is False
    assert evidence.asked == []


def test_mistakes() -> None:
    assert when_problem("{spf: passed}") == "unknown SPF result 'passed' (did you mean `pass`?)"


def test_it_says_itself_in_words() -> None:
    assert when("{spf: [fail, softfail]}").describe() == "SPF says fail or softfail"
