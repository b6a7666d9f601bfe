"""What `from`, `to`, `cc` and `reply_to` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.rule_error import RuleError
from maildrop_py.rules.language.reader import read_rules
from tests.support.rules_reading import asked, facts, held, seen, when, when_problem


@pytest.mark.parametrize(
    ("test", "header", "answer"),
    [
        ("a@example.org", "a@example.org", True),
        ("a@example.org", "A <A@EXAMPLE.ORG>", True),
        ("a@example.org", "a@example.org.evil.net", False),
        ("a@example.org", "xa@example.org", False),
        ("a@example.org", '"a@example.org" <b@evil.net>', False),
        ("example.org", "a@example.org", True),
        ("'@example.org'", "a@example.org", True),
        ("example.org", "a@mail.example.org", False),
        (".example.org", "a@mail.example.org", True),
        (".example.org", "a@example.org", True),
        (".example.org", "a@badexample.org", False),
        ("'*@*.example.org'", "a@mail.example.org", True),
        ("'a?@example.org'", "a1@example.org", True),
        ("'a?@example.org'", "a@example.org", False),
        ("noreply@", "Shop <noreply@shop.example>", True),
        ("'a@x|b@y'", "b@y", True),
        ("'example\\.org'", "a@example.org", True),
        ("{contains: Shop}", "The shop <x@y>", True),
        ("{is: x@y}", "x@y", True),
        ("{glob: '*shop*'}", "The Shop <x@y>", True),
        ("{regex: [abc, 'x@.']}", "The Shop <x@y>", True),
        ("''", "<>", True),
        ("例え.jp", "a@xn--r8jz45g.jp", True),
        ("xn--r8jz45g.jp", "a@例え.jp", True),
        ("straße.example", "a@xn--strae-oqa.example", True),
        ("straße.example", "a@strasse.example", True),
        ("'*@例え.jp'", "a@xn--r8jz45g.jp", True),
        ("example.org", "example.org", False),
    ],
)
def test_kinds_of_address_tests(test: str, header: str, answer: bool) -> None:
    assert held(f"{{from: {test}}}", f"From: {header}") is answer


def test_every_header_and_every_address_in_it_is_looked_at() -> None:
    mail = "To: a@x.y\nTo: b@x.y, group: c@x.y, d@x.y;"
    for name in "abcd":
        assert held(f"{{to: {name}@x.y}}", mail)


def test_what_was_looked_at_is_shown_where_nothing_fits() -> None:
    outcome = asked("{from: [a@b.c, xyz]}", "From: me@x.y")
    assert (outcome.label, outcome.text, outcome.span) == ("From", "me@x.y", None)


def test_addresses_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "vip.txt").write_text("# friends\na@example.org # Anna\n\n@Example.com\nx#y@z.de\n")
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{when: {from: {file: vip.txt}}, then: {file: VIP}}]")
    condition = read_rules(str(rules)).rules[0].when
    assert condition is not None
    for address in ("a@example.org", "anyone@example.com", "x#y@z.de"):
        assert condition.test(facts(f"From: {address}")).held
    assert not condition.test(facts("From: anna@example.org")).held
    assert condition.describe() == "address in From is listed in vip.txt"


def test_a_file_that_is_missing_is_a_mistake(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n- when: {from: {file: vip.txt}}\n  then: {file: VIP}\n")
    with pytest.raises(RuleError) as caught:
        read_rules(str(rules))
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (2, 23)
    assert "vip.txt cannot be used: No such file or directory" in problem.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{file: [a]}", "a text must be here"),
        ("{files: a}", "unknown kind of test 'files'"),
        ("{file: a, regex: b}", "one kind of test must be here"),
        ("[[a@b]]", "a text must be here, not a list"),
        ("'a('", "bad regular expression"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in when_problem(f"{{from: {text}}}")


def test_expressions_show_where_they_match() -> None:
    assert seen(asked("{from: 'jo+'}", "From: Big Joo <j@x>")) == "Joo"


MANY = "To: Ann <ann+shop@example.org>, Bob <bob@example.com>"


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("{address: '^bob@'}", True),
        ("{address: '^ann@'}", False),
        ("{address: 'Ann'}", True),
        ("{address: 'Ann <'}", False),
        ("{address: {is: bob@example.com}}", True),
        ("{address: {is: BOB@example.com, case: true}}", False),
        ("{address: [x, {glob: '*@example.com'}]}", True),
        ("[x@y.example, {address: '^bob'}]", True),
    ],
)
def test_a_test_of_each_address_sees_no_names(test: str, answer: bool) -> None:
    assert held(f"{{to: {test}}}", MANY) is answer
    assert held(f"{{address: {{To: {test}}}}}", MANY) is answer


def test_a_test_of_each_address_says_itself_and_what_it_found() -> None:
    condition = when("{to: {address: '^(?P<who>[^+]+)[+]shop@'}}")
    assert condition.describe() == "an address in To/Cc/Bcc matches /^(?P<who>[^+]+)[+]shop@/"
    assert condition.test(facts(MANY)).captures == {"who": "ann"}


def test_a_mistake_in_a_test_of_each_address_is_found() -> None:
    with pytest.raises(RuleError, match="bad regular expression"):
        when("{to: {address: '('}}")
