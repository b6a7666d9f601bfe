"""Policy files: what they may say, and how mistakes are told."""

from __future__ import annotations

import pytest

from maildrop_py.policy.examples import run_policy_examples
from maildrop_py.policy.greylist import Terms
from maildrop_py.policy.language import load_policy
from maildrop_py.policy.plan import Tarpit
from maildrop_py.policy.stated_evidence import Stated
from maildrop_py.rules.actions import ACTIONS, POLICY_ACTIONS
from maildrop_py.rules.conditions import CONDITIONS, POLICY_CONDITIONS
from tests.support.policy import around, mistakes, plan

NOT_YET = sorted(set(CONDITIONS) - set(POLICY_CONDITIONS))


@pytest.mark.parametrize("name", NOT_YET)
def test_conditions_that_need_the_message_are_a_mistake_with_its_place(name: str) -> None:
    (said,) = mistakes(f"rules:\n  - when: {{{name}: x}}\n    then: {{accept: true}}\n")
    assert said.startswith(f"2: unknown condition {name!r}")
    assert "before that has come" in said or name == "bounce"


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - set(POLICY_ACTIONS)))
def test_actions_on_messages_are_a_mistake(name: str) -> None:
    (said,) = mistakes(f"rules: [{{then: {{{name}: x}}}}]")
    assert f"unknown action {name!r}" in said


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("{greylist: {delay: 0s}}", "out of range"),
        ("{greylist: {window: 4h}}", "out of range"),
        ("{greylist: {delay: 20h, window: 24h}}", "too short"),
        ("{greylist: {dela: 5min}}", "did you mean `delay`"),
        ("{greylist: {delay: soon}}", "not a length of time"),
        ("{tarpit: 10min}", "at most 280s"),
        ("{tarpit: {at_most: 5}}", "`wait` is missing"),
        ("{tarpit: {wait: 5s, at_most: none}}", "not a number of clients"),
        ("{accept: false}", "only `true`"),
        ("{prepend: {A: b, C: d}}", "one header"),
        ("{prepend: {'a b': c}}", ""),
        ("{reject: no, accept: true}", "both end the run (keep one of them)"),
        ("{reject: 'no {subject}'}", "nothing sets {subject}"),
        ("{greylist: true, continue: true}", "cannot go on"),
    ],
)
def test_mistakes_say_what_would_be_right(then: str, said: str) -> None:
    found = mistakes(f"rules: [{{then: {then}}}]")
    assert len(found) == 1 and said in found[0], found


@pytest.mark.parametrize("key", ["maildir: ~/Maildir", "layout: fs", "sendmail: /bin/x"])
def test_settings_of_mail_that_has_come_are_a_mistake(key: str) -> None:
    assert "unknown key of a policy file" in mistakes(key)[0]


@pytest.mark.parametrize("store", ["mysql://x", "redis://", "redis://h:99999"])
def test_a_store_has_an_address(store: str) -> None:
    assert mistakes(f"store: '{store}'")


def test_rules_run_until_one_ends_the_run() -> None:
    text = """
    rules:
      - {name: a, when: {s25r: true}, then: {score: 1, prepend: {X-S: '1'}}}
      - {name: b, when: {helo: no_dot}, then: {score: 1}}
      - {name: c, when: {spam_score: '>= 2'}, then: {tarpit: 65s, greylist: {delay: 10min}}}
      - {name: d, then: {reject: never}}
    """
    both = plan(text, helo_name="friend")
    assert (both.verdict, both.rule, both.score) == ("both", "c", 2.0)
    assert both.greylist == Terms(600) and both.tarpit == Tarpit(65, 30)
    assert both.prepend == ("X-S", "1")
    assert [reason.rule for reason in both.reasons] == ["a", "b", "c"]
    assert plan(text).verdict == "reject"


def test_weighed_signs() -> None:
    text = """
    rules:
      - when: {weigh: [{s25r: true, score: 1}, {spf: fail, score: 2}, {dnsbl: a.b, score: 2}],
               total: '>= 3'}
        then: {greylist: true}
    """
    assert plan(text, Stated(spf="fail", dnsbl=(("a.b", ()),))).verdict == "greylist"
    assert plan(text, Stated(spf="pass", dnsbl=(("a.b", ("127.0.0.2",)),))).verdict == "greylist"
    assert plan(text, Stated(spf="fail")).verdict == "greylist", "whatever the list would say"
    assert plan(text).verdict == "pass", "what is not known fires nothing"


@pytest.mark.parametrize(
    ("when", "attributes", "fires"),
    [
        ("authenticated: true", {"sasl_username": "ann"}, True),
        ("authenticated: true", {}, False),
        ("authenticated: false", {}, True),
        ("encrypted: true", {"encryption_protocol": "TLSv1.3"}, True),
        ("encrypted: true", {}, False),
        ("stress: true", {"stress": "yes"}, True),
        ("stress: true", {"stress": ""}, False),
        ("attribute: {encryption_protocol: '^TLSv1$'}", {"encryption_protocol": "TLSv1"}, True),
        ("attribute: {policy_context: {is: in}}", {}, False),
        ("attribute: {sasl_username: ann, ccert_subject: x}", {"sasl_username": "ann"}, False),
        ("size: '> 1MB'", {"size": "2000000"}, True),
        ("size: '> 1MB'", {}, False),
        ("recipient: postmaster@", {}, False),
        ("recipient: 'mika@*'", {}, True),
        ("extension: x", {"recipient": "mika+x@example.com"}, True),
        ("sender: '<>'", {"sender": ""}, True),
        ("helo: own_name", {"helo_name": "example.com"}, True),
        ("client_ip: 203.0.113.0/24", {}, True),
        ("client_name: '.example.net'", {"client_name": "a.example.net"}, True),
        ("dynamic_fqdn: true", {"client_name": "dsl203.0.113.9.isp.example"}, True),
        ("s25r: true", {"client_address": "127.0.0.1"}, False),
        ("client_tld: net", {"client_name": "a.example.net", "sasl_username": "x"}, False),
    ],
)
def test_conditions_see_the_session(when: str, attributes: dict[str, str], fires: bool) -> None:
    text = f"rules: [{{when: {{{when}}}, then: {{accept: true}}}}]"
    assert (plan(text, **attributes).verdict == "accept") is fires


def test_contacts_are_about_the_envelope_sender() -> None:
    text = "rules: [{when: {known_sender: true}, then: {accept: true}}]"
    assert plan(text, Stated(known=True)).verdict == "accept"
    assert plan(text, Stated(known=False)).verdict == "pass"
    assert plan(text, Stated(known=True), sender="").verdict == "pass"


def test_policy_conditions_are_no_rules_for_mail() -> None:
    from maildrop_py.rule_error import RuleError
    from maildrop_py.rules.language.reader import load_text

    with pytest.raises(RuleError, match="belongs into a policy file"):
        load_text("rules: [{when: {stress: true}, then: {discard: true}}]")
    with pytest.raises(RuleError, match="belongs into a policy file"):
        load_text("rules: [{then: {greylist: true}}]")


def test_examples_are_run_and_told_with_their_line() -> None:
    policy = load_policy("""
rules: [{name: r, when: {spf: fail, client_country: cn}, then: {reject: forged}}]
examples:
  - request: {client_address: 203.0.113.9, sender: a@b.c}
    evidence: {spf: fail, country: cn}
    expect: {rule: r, action: reject, text: forged}
  - request: {client_address: 203.0.113.9, sender: a@b.c}
    expect: {action: reject}
""")
    (problem,) = run_policy_examples(policy.examples, policy.program, around(policy))
    assert problem.line == 7 and "should be 'reject', but is 'pass'" in problem.text


def test_a_rule_that_can_never_fire_is_warned_of() -> None:
    policy = load_policy("rules: [{name: a, then: {accept: true}}, {then: {greylist: true}}]")
    assert "can never fire" in str(policy.warnings[0])


def test_rules_may_be_under_a_rule() -> None:
    text = """
    rules:
      - when: {helo: no_dot}
        rules: [{then: {score: 1}}, {name: inner, when: {spam_score: '>= 1'}, then: {defer: later}}]
        else: {accept: true}
    """
    assert plan(text, helo_name="friend").rule == "inner"
    assert (plan(text).verdict, plan(text).rule) == ("accept", "rule 1 else")


def test_who_asks_for_the_score_is_told_the_condition() -> None:
    (said,) = mistakes("rules: [{when: {score: '>= 4'}, then: {accept: true}}]")
    assert "the sum so far is asked by `spam_score`" in said
