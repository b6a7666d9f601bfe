"""copy: one filing more, and the run goes on."""

from __future__ import annotations

from maildrop_py.decision.decision import Filing
from tests.support.rules_reading import decided, then


def test_copies_come_before_what_follows() -> None:
    rules = "rules: [{name: c, then: {copy: Archive}}, {name: f, then: {file: A}}]"
    assert decided(rules).actions == (Filing("Archive", rule="c"), Filing("A", rule="f"))


def test_copy_and_file_in_one_rule() -> None:
    rules = "rules: [{name: r, then: {file: A, copy: B}}]"
    assert [filing.folder for filing in decided(rules).filings] == ["B", "A"]


def test_flags_beside_a_copy_go_where_the_message_ends() -> None:
    rules = "rules: [{then: {copy: B, flags: [seen]}}]"
    copy, main = decided(rules).filings
    assert (copy.folder, copy.flags, main.folder, main.flags) == ("B", "", "INBOX", "S")


def test_a_copy_stays_when_the_message_is_discarded() -> None:
    rules = "rules: [{then: {copy: B, flags: [seen]}}, {then: {discard: true}}]"
    assert [(one.folder, one.flags) for one in decided(rules).filings] == [("B", "")]


def test_it_says_itself_in_words() -> None:
    assert then("{copy: 'A/{year}'}").actions[0].describe() == "copy into A/{year}"
