"""reject: the sender is told why, in one line."""

from __future__ import annotations

from tests.support.rules_reading import decided, then, then_problem


def test_the_text_is_for_the_sender() -> None:
    decision = decided("rules: [{name: no, then: {reject: 'no mail from there'}}]")
    assert decision.reject == "no mail from there"
    assert decision.actions == () and decision.rule == "no"


def test_copies_are_kept() -> None:
    decision = decided("rules: [{then: {copy: Rejected}}, {then: {reject: sorry}}]")
    assert [filing.folder for filing in decision.filings] == ["Rejected"]
    assert decision.reject == "sorry"


def test_a_capture_writes_no_line_of_its_own() -> None:
    rules = r"rules: [{when: {body: '(?s)(?P<all>.*)'}, then: {reject: 'not {all}'}}]"
    decision = decided(rules.replace("body", "subject"), b"Subject: a\r\n 250 ok\x00\x1b")
    assert decision.reject is not None
    assert decision.reject.isprintable()


def test_it_wants_a_text() -> None:
    assert "the text for the sender is empty" in then_problem("{reject: '  '}")
    assert "`reject` cannot go on" in then_problem("{reject: x, continue: true}")


def test_it_says_itself_in_words() -> None:
    assert then("{reject: 'go, {user}'}").actions[0].describe() == "reject: go, {user}"
