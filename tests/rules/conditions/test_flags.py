"""flags: of a message that is already filed."""

from __future__ import annotations

import pytest

from maildrop_py.message.message_file import StatedFile
from tests.support.rules_reading import asked, decided, held, mail, when, when_problem

FILED = StatedFile("INBOX", "FS", ("$Work",))


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("seen", True),
        ("[answered, flagged]", True),
        ("$Work", True),
        ("[answered, $Home]", False),
        ("draft", False),
    ],
)
def test_one_of_the_flags_is_enough(test: str, answer: bool) -> None:
    assert held(f"{{flags: {test}}}", mail("A: b", file=FILED)) is answer


@pytest.mark.parametrize(("test", "answer"), [("$work", True), ("$WORK", True), ("Work", False)])
def test_keywords_are_compared_without_case(test: str, answer: bool) -> None:
    assert held(f"{{flags: {test}}}", mail("A: b", file=FILED)) is answer


def test_arriving_mail_has_no_flags() -> None:
    assert held("{flags: seen}", "A: b") is False


def test_it_shows_the_flags() -> None:
    assert asked("{flags: draft}", mail("A: b", file=FILED)).text == "flagged, seen, $Work"
    assert asked("{flags: draft}", mail("A: b", file=StatedFile("A"))).text == "none"


def test_it_says_itself_in_words() -> None:
    assert when("{flags: [seen, $Work]}").describe() == "flagged as seen or $Work"


def test_mistakes() -> None:
    assert "did you mean `seen`?" in when_problem("{flags: sen}")


def test_flags_of_earlier_rules_are_seen() -> None:
    def folder(given: str, file: StatedFile | None = None) -> str:
        marked = "{when: {flags: [seen, $S]}, then: {file: A}}"
        rules = f"rules: [{{then: {{flags: {given}}}}}, {marked}]"
        return decided(rules, mail("A: b", file=file)).filings[0].folder

    assert folder("seen") == "A"
    assert folder("$s") == "A"
    assert folder("S") == "INBOX"
    assert folder("{set: []}") == "INBOX"
    assert folder("draft", FILED) == "A"
