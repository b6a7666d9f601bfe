"""misspelt: words written wrongly on purpose in Subject."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import asked, held, seen, when, when_problem


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Buy Viagara now", True),
        ("V1agra", True),
        ("Viarga!", True),
        ("V i a g r a for you", True),
        ("=?utf-8?B?VmnDoGdyYQ==?=", True),  # Viàgra
        ("Viagra", False),
        ("Niagara falls", False),
        ("hello", False),
    ],
)
def test_words_in_the_subject(subject: str, answer: bool) -> None:
    assert (
        held("{misspelt: {words: [viagra, cialis], distance: 1}}", f"Subject: {subject}") is answer
    )
    assert held("{misspelt: [viagra]}", f"Subject: {subject}") is answer


def test_distance_and_innocent_words() -> None:
    assert held("{misspelt: {words: viagra, distance: 0}}", "Subject: Viagara") is False
    assert held("{misspelt: {words: viagra, distance: 0}}", "Subject: V1agra") is True
    assert held("{misspelt: {words: casino}}", "Subject: my Casio") is True
    assert held("{misspelt: {words: casino, innocent: casio}}", "Subject: my Casio") is False


def test_without_a_subject() -> None:
    assert held("{misspelt: viagra}", "From: a@b") is False


def test_it_shows_what_was_written_and_meant() -> None:
    found = asked("{misspelt: viagra}", "Subject: Buy Viagara now")
    assert (seen(found), found.remark()) == ("Viagara", "meant is viagra")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{distance: 1}", "no words are named"),
        ("{words: [two words]}", "is not one word"),
        ("{words: ['']}", "is not one word"),
        ("{words: a, distance: 3}", "out of range"),
        ("{words: a, distance: x}", "out of range"),
        ("{words: a, word: b}", "did you mean `words`?"),
    ],
)
def test_mistakes(wrong: str, why: str) -> None:
    assert why in when_problem(f"{{misspelt: {wrong}}}")


def test_it_says_itself_in_words() -> None:
    said = when("{misspelt: [viagra, cialis]}").describe()
    assert said == "Subject has, misspelt on purpose, viagra or cialis"
