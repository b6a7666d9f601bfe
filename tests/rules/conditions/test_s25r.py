"""s25r: the look of the client's verified name."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.evidence import reverse_name
from maildrop_py.evidence.reverse_name import ReverseName
from maildrop_py.rules.conditions.s25r import ALL
from tests.rules.conditions.evident import INSIDE, SUBMITTED, holds, outcome, outside
from tests.support.rules_reading import when, when_problem

DSL = outside("220-139-165-188.dynamic.hinet.example")


def test_rules_are_those_of_the_evidence() -> None:
    assert tuple(reverse_name.RULES) == ALL


@pytest.mark.parametrize(
    ("text", "name", "answer"),
    [
        ("true", "220-139-165-188.dynamic.hinet.example", True),
        ("true", "mail.a.example", False),
        ("true", "unknown", True),
        ("0", "unknown", True),
        ("[1, 2]", "unknown", False),
        ("1", "220-139-165-188.dynamic.hinet.example", True),
        ("[0, 2, 6]", "220-139-165-188.dynamic.hinet.example", False),
        ("6", "dsl123.a.example", True),
        ("{rules: [1, 6]}", "dsl123.a.example", True),
        ("{rules: [1]}", "dsl123.a.example", False),
        ("{except: .hinet.example}", "220-139-165-188.dynamic.hinet.example", False),
        ("{except: hinet.example}", "220-139-165-188.dynamic.hinet.example", True),
        ('{except: ["220*.example", x.example]}', "220-139-165-188.dynamic.hinet.example", False),
        ("{except: 220-139-165-188.Dynamic.hinet.example}", DSL.client_name, False),
        ('{rules: 0, except: ["a*"]}', "unknown", True),
    ],
)
def test_the_name_decides(text: str, name: str, answer: bool) -> None:
    assert holds(f"{{s25r: {text}}}", envelope=outside(name)) is answer


def test_authenticated_and_inner_clients_are_exempt() -> None:
    assert holds("{s25r: true}", envelope=outside("unknown", authenticated=True)) is False
    assert outcome("{s25r: true}", envelope=SUBMITTED).why == "the session was authenticated"
    assert holds("{s25r: true}", envelope=INSIDE) is False


@pytest.mark.parametrize(
    "line",
    [
        "from pc ([203.0.113.9]) by mx.me.example with ESMTPSA id 1",
        "from pc (unknown [203.0.113.9]) (Authenticated sender: ann) by mx.me.example"
        " (Postfix) with ESMTP id 1",
    ],
)
def test_received_says_that_the_session_was_authenticated(line: str) -> None:
    assert holds("{s25r: true}", f"Received: {line}", INSIDE) is False


def test_unknown_where_the_name_is() -> None:
    silent = ReverseName("", "DNS", "no answer in time")
    assert holds("{s25r: true}", name=silent) is None
    assert holds("{s25r: 0}", name=silent) is None


def test_names_in_a_file_are_exempt(tmp_path: Path) -> None:
    (tmp_path / "white.txt").write_text("# honest ones\n.hinet.example\n")
    text = f"{{s25r: {{except: [{{file: {tmp_path / 'white.txt'}}}, b.example]}}}}"
    assert holds(text, envelope=DSL) is False
    assert "listed in" in when(text).describe()


def test_it_shows_the_rules_that_hold() -> None:
    found = outcome("{s25r: true}", envelope=outside("dsl12345.a.example"))
    assert found.text == "dsl12345.a.example"
    assert found.remark() == (
        "rule 2: it has five digits in a row in its first label; "
        "rule 6: it begins like a dial-up or DSL line"
    )
    assert outcome("{s25r: true}", envelope=outside("unknown")).text == "unknown"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("7", "there is no S25R rule '7'"),
        ("[1, two]", "there is no S25R rule 'two'"),
        ("{}", "nothing is named here"),
        ("{rule: 1}", "did you mean `rules`?"),
        ("{except: '^mail'}", "'^mail' is not a name"),
        ("{except: '*'}", "'*' is not a name"),
        ("{except: {path: x}}", "unknown kind of list"),
    ],
)
def test_mistakes(wrong: str, why: str) -> None:
    assert why in when_problem(f"{{s25r: {wrong}}}")


def test_it_says_itself_in_words() -> None:
    assert when("{s25r: true}").describe() == (
        "the client's name looks like an end user's line (S25R)"
    )
    assert when("{s25r: {rules: [2, 1], except: .a.example}}").describe() == (
        "the client's name looks like an end user's line (S25R 1, 2), but for .a.example"
    )
