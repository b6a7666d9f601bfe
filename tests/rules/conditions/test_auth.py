"""auth: results of trusted servers above the border, and of nobody else."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.evidence import Evidence
from maildrop_py.rules.language.settings import Settings
from tests.rules.conditions.evident import INSIDE, holds, outcome
from tests.support.rules_reading import facts, mail, when, when_problem

HOP = "Received: from x (x.a.example [203.0.113.9]) by mx.me.example with ESMTP id 1\n"
RESULTS = "Authentication-Results: mx.me.example; "


def above(results: str) -> str:
    return f"{RESULTS}{results}\n{HOP}From: a@a.example"


@pytest.mark.parametrize(
    ("results", "condition", "answer"),
    [
        ("dkim=pass header.d=a.example", "{dkim: pass}", True),
        ("dkim=fail", "{dkim: pass}", False),
        ("dkim=fail", "{dkim: [fail, none]}", True),
        ("dkim=fail header.d=b.example; dkim=pass header.d=a.example", "{dkim: fail}", False),
        ("dkim=fail header.d=b.example; dkim=pass header.d=a.example", "{dkim: pass}", True),
        ("dkim=pass; dmarc=fail", "{dkim: pass, dmarc: fail}", True),
        ("dkim=pass; dmarc=pass", "{dkim: pass, dmarc: fail}", False),
        ("dkim=pass", "{dmarc: fail}", None),
        ("dkim=temperror", "{dkim: fail}", None),
        ("dkim=temperror", "{dkim: temperror}", True),
        ("arc=pass", "{arc: pass}", True),
        ("spf=softfail smtp.mailfrom=a.example", "{spf: softfail}", True),
        ("none", "{dkim: none}", None),
    ],
)
def test_the_findings_decide(results: str, condition: str, answer: bool | None) -> None:
    assert holds(f"{{auth: {condition}}}", above(results), INSIDE) is answer


@pytest.mark.parametrize(
    "head",
    [
        HOP + RESULTS + "dkim=pass",
        above("dkim=pass").replace("mx.me.example;", "mx.evil.example;"),
        "Subject: mx.me.example; dkim=pass\n" + HOP,
    ],
    ids=["below the border", "another server", "no result at all"],
)
def test_nobody_else_is_believed(head: str) -> None:
    assert holds("{auth: {dkim: pass}}", head, INSIDE) is None


UNNAMED = f"Authentication-Results: dkim=pass header.d=a.example; spf=fail\n{HOP}From: a@a.example"


@pytest.mark.parametrize(
    ("trusted", "answer"), [("exchange-online", True), ("mx.me.example", None)]
)
def test_results_without_a_name_count_for_those_who_ask_for_them(
    trusted: str, answer: bool | None
) -> None:
    """Exchange Online writes none."""
    found = Settings(networks=("192.0.2.0/24",), authserv_ids=(trusted,))
    evidence = Evidence(mail(UNNAMED), INSIDE, found, offline=True)
    asked = when("{auth: {dkim: pass}}").test(facts(evidence.message, INSIDE, evidence))
    assert asked.held is answer
    below = mail(HOP + UNNAMED.splitlines()[0])
    evidence = Evidence(below, INSIDE, found, offline=True)
    assert when("{auth: {dkim: pass}}").test(facts(below, INSIDE, evidence)).held is None


def test_it_shows_what_was_said() -> None:
    found = outcome("{auth: {dkim: pass}}", above("dkim=fail; dkim=neutral"), INSIDE)
    assert (found.label, found.text) == ("dkim", "fail neutral")
    silent = outcome("{auth: {arc: pass}}", above("dkim=fail"), INSIDE)
    assert silent.remark() == "mx.me.example did not report it"


def test_mistakes() -> None:
    assert "did you mean `dkim`?" in when_problem("{auth: {dkmi: pass}}")
    assert "did you mean `pass`?" in when_problem("{auth: {dkim: passed}}")
    assert "no method" in when_problem("{auth: {}}")


def test_it_says_itself_in_words() -> None:
    said = when("{auth: {dkim: [pass, none]}}").describe()
    assert said == "a trusted server says dkim pass or none"
