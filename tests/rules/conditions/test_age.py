"""age: since the message arrived, or was written."""

from __future__ import annotations

import pytest

from maildrop_py.message.message_file import StatedFile
from tests.support.rules_reading import NOW, asked, held, mail, when, when_problem

DAY = 86400


@pytest.mark.parametrize(
    ("test", "answer"),
    [("'> 30d'", True), ("'> 32d'", False), ("'< 5w'", True), ("'>= 1y'", False), ("44min", True)],
)
def test_filed_mail_is_as_old_as_its_arrival(test: str, answer: bool) -> None:
    message = mail(
        "Date: Mon, 1 Jan 1990 00:00:00 +0000", file=StatedFile("A", mtime=NOW - 31 * DAY)
    )
    assert held(f"{{age: {test}}}", message) is answer


def test_arriving_mail_is_as_old_as_its_date() -> None:
    message = "Date: Mon, 21 Sep 2026 16:13:20 +0900"
    assert held("{age: '>= 7h'}", message)
    assert not held("{age: '> 7h'}", message)
    assert asked("{age: 1d}", message).text == "0.3 days"


@pytest.mark.parametrize("head", ["X: y", "Date: yesterday", "Date: ", "Date: 99 Foo 2026 25:61"])
def test_without_a_date_that_can_be_read_the_age_is_unknown(head: str) -> None:
    assert held("{age: 1d}", head) is None


def test_it_says_itself_in_words() -> None:
    assert when("{age: '> 30d'}").describe() == "age > 30d"


def test_mistakes() -> None:
    assert "a unit is missing" in when_problem("{age: 30}")
    assert "unknown unit 'm'" in when_problem("{age: 30m}")
