"""flags: the message is marked, wherever it ends."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import decided, then, then_problem


def test_flags_go_to_the_last_filing() -> None:
    rules = """
        rules:
          - then: {flags: [seen, $Work]}
          - then: {flags: [flagged, $Work, $Home]}
          - then: {file: A, flags: [answered]}
    """
    (filing,) = decided(rules).filings
    assert (filing.folder, filing.flags) == ("A", "FRS")
    assert filing.keywords == ("$Work", "$Home")


def test_flags_are_kept_in_inbox() -> None:
    (filing,) = decided("rules: [{then: {flags: seen}}]").filings
    assert (filing.folder, filing.flags) == ("INBOX", "S")


def test_copies_are_not_marked_by_other_rules() -> None:
    """A message that is sent on ends in no folder: its copy is no place where it ends."""
    rules = """
        rules:
          - then: {file: A, continue: true}
          - then: {flags: [seen]}
          - then: {forward: x@example.com}
    """
    assert [filing.flags for filing in decided(rules).filings] == [""]


def test_all_flags() -> None:
    rules = "rules: [{then: {flags: [seen, answered, flagged, draft, passed, trashed]}}]"
    assert decided(rules).filings[0].flags == "DFPRST"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("sen", "did you mean `seen`?"),
        ("[]", "this list is empty"),
        ("[$]", "is not an IMAP keyword"),
        ("['$a b']", "is not an IMAP keyword"),
        ("[$仕事]", "is not an IMAP keyword"),
        ("['$a(']", "is not an IMAP keyword"),
        ("[Seen]", "did you mean `seen`?"),
        ("['\\\\Flagged']", "did you mean `flagged`?"),
        ("[read]", "did you mean `seen`?"),
        ("unread", "write `not: {flags: seen}`"),
        ("['Work Later']", "is not an IMAP keyword"),
        ("{seen: true}", "a text must be here"),
    ],
)
def test_mistakes(value: str, said: str) -> None:
    assert said in then_problem(f"{{flags: {value}}}")


@pytest.mark.parametrize("name", ["NonJunk", "Junk", "Work", "label-1", "$Forwarded", "Redirected"])
def test_keywords_need_no_dollar(name: str) -> None:
    rules = f"rules: [{{then: {{file: A, flags: [seen, {name}]}}}}]"
    filing = decided(rules).filings[0]
    assert (filing.flags, filing.keywords) == ("S", (name,))


def test_it_says_itself_in_words() -> None:
    (action,) = then("{flags: [seen, $Work, flagged]}").actions
    assert action.describe() == "mark as flagged, seen, $Work"
