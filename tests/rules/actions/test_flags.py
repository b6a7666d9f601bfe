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
        ("{seen: true}", "one of: add, remove, set"),
        ("{}", "such as {remove: seen}"),
        ("{set: [seen], add: [$A]}", "`set` takes all flags away first"),
        ("{remove: read}", "did you mean `seen`?"),
        ("{add: []}", "this list is empty"),
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


@pytest.mark.parametrize(
    ("changes", "flags", "keywords"),
    [
        ("{remove: seen}", "F", ("$Work", "$Home")),
        ("{add: [answered], remove: [seen, $WORK]}", "FR", ("$Home",)),
        ("{add: seen, remove: seen}", "FS", ("$Work", "$Home")),
        ("{set: [draft, $Home]}", "D", ("$Home",)),
        ("{set: []}", "", ()),
        ("{remove: $Other}", "FS", ("$Work", "$Home")),
    ],
)
def test_what_earlier_rules_gave_can_be_taken_away(
    changes: str, flags: str, keywords: tuple[str, ...]
) -> None:
    given = "{then: {flags: [seen, flagged, $Work, $Home]}}"
    for last in (f"{{then: {{flags: {changes}}}}}", f"{{then: {{file: A, flags: {changes}}}}}"):
        (filing,) = decided(f"rules: [{given}, {last}]").filings
        assert filing.flags == flags
        assert set(filing.keywords) == set(keywords)


def test_changes_say_themselves_in_words() -> None:
    words = {
        "{add: seen, remove: [flagged, $x]}": "mark as seen, no longer mark as flagged, $x",
        "{set: seen}": "mark as seen and nothing else",
        "{set: []}": "take all marks away",
    }
    assert {one: then(f"{{flags: {one}}}").actions[0].describe() for one in words} == words
