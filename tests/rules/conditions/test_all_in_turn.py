"""all_in_turn: what one condition found can be used by the next."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import decided, facts, mail, whole_when

WHEN = "{subject: '(?P<who>\\w+) is away', raw_headers: '^From: *{who}@'}"


@pytest.mark.parametrize("explain", [True, False])
def test_a_later_condition_uses_what_an_earlier_one_found(explain: bool) -> None:
    rules = f"rules: [{{when: {WHEN}, then: {{file: 'Away/{{who}}'}}}}]"

    def folder(head: str) -> str:
        return decided(rules, head, explain=explain).filings[0].folder

    assert folder("From: ann@example.com\nSubject: Ann is away") == "Away/Ann"
    assert folder("From: bob@example.com\nSubject: Ann is away") == "INBOX"
    assert folder("From: @example.com\nSubject: hello") == "INBOX"


def test_the_order_is_the_one_written_whatever_they_cost() -> None:
    rules = """
        rules:
          - when: {body: '^ticket (?P<ticket>\\d+)$', var: {ticket: '^17$'}}
            then: {file: A}
    """

    assert decided(rules, mail("Subject: a", "ticket 17\n")).filings[0].folder == "A"
    assert decided(rules, mail("Subject: a", "ticket 18\n")).filings[0].folder == "INBOX"


def test_what_a_rule_found_that_did_not_fire_is_forgotten() -> None:
    rules = f"""
        rules:
          - {{when: {WHEN}, then: {{flags: [seen]}}}}
          - {{when: {{var: {{who: .}}}}, then: {{file: A}}}}
    """
    head = "From: bob@example.com\nSubject: Ann is away"
    assert decided(rules, head).filings[0].folder == "INBOX"


def test_nesting_and_words() -> None:
    rules = """
        rules:
          - when:
              subject: '(?P<who>\\w+)'
              any: [{raw_headers: '^To: {who}@'}, {raw_headers: '^Cc: {who}@'}]
            then: {file: A}
    """
    assert decided(rules, "Subject: ann\nCc: ann@b").filings[0].folder == "A"
    assert decided(rules, "Subject: bob\nCc: ann@b").filings[0].folder == "INBOX"
    condition = whole_when(WHEN)
    assert " and then header block matches /^From: *{who}@/" in condition.describe()
    outcome = condition.test(facts("Subject: nobody", explaining=True))
    assert outcome.held is False
    assert [each is None for _, each in outcome.children] == [False, True]
