"""weigh: small signs that add up."""

from __future__ import annotations

import pytest

from tests.support.rules_reading import Answers, asked, held, when, when_problem

MAIL = "Subject: hello\nMessage-ID: <x@y>"
SEVEN_OF_TEN = """{weigh: [
    {subject: hello, score: 7},
    {subject: other, score: 3},
    {duplicate: true, score: 3}], total: '%s'}"""


@pytest.mark.parametrize(
    ("total", "known", "answer"),
    [
        (">= 7", False, True),
        (">= 8", False, False),
        (">= 8", True, True),
        ("10", True, True),
        (">= 7", None, True),
        (">= 8", None, None),
        (">= 11", None, False),
        ("> 8 and < 9", None, False),
        ("> 6 and < 11", None, True),
        ("== 10", None, None),
    ],
)
def test_scores_of_what_holds_must_reach_the_total(
    total: str, known: bool | None, answer: bool | None
) -> None:
    """An unknown entry leaves the answer open only where it would change it."""
    assert held(SEVEN_OF_TEN % total, MAIL, evidence=Answers(known)) is answer


def test_totals_between_the_lowest_and_the_highest_count_too() -> None:
    """0, 4, 4 and 8 are possible here: `== 4` may well be true."""
    text = """{weigh: [{duplicate: true, score: 4}, {command: [x], score: 4}], total: '== 4'}"""
    assert held(text, MAIL, evidence=Answers(None)) is None


def test_negative_scores_speak_against_it() -> None:
    text = "{weigh: [{subject: hello, score: 2}, {duplicate: true, score: -5}]}"
    assert held(text, MAIL, evidence=Answers(True)) is False
    assert held(text, MAIL, evidence=Answers(False)) is True
    assert held(text, MAIL, evidence=Answers(None)) is None


def test_without_a_total_it_must_be_above_zero() -> None:
    assert held("{weigh: [{subject: hello, score: 0.1}]}", MAIL)
    assert not held("{weigh: [{subject: hello, score: 0}]}", MAIL)


def test_tenths_add_up_to_what_people_expect() -> None:
    entries = [f"{{subject: hello, score: {score}}}" for score in (0.7, 0.1, 0.2)]
    assert held(f"{{weigh: [{', '.join(entries)}], total: '>= 1'}}", MAIL)


def test_keys_of_one_entry_must_all_hold() -> None:
    assert not held("{weigh: [{subject: hello, size: '< 1', score: 1}]}", MAIL)


def test_a_great_many_unknown_entries_leave_it_unknown_at_once() -> None:
    entries = ", ".join(f"{{command: [c{n}], score: {n}.{n}}}" for n in range(40))
    outcome = asked(f"{{weigh: [{entries}], total: '>= 1'}}", MAIL)
    assert outcome.held is None


def test_it_shows_the_total_and_every_entry() -> None:
    outcome = asked(SEVEN_OF_TEN % ">= 8", MAIL, evidence=Answers(None))
    assert outcome.text == "7 to 10"
    held_inside = [answer.held for _, answer in outcome.children if answer is not None]
    assert held_inside == [True, False, None]


def test_captures_of_entries_that_hold_are_kept() -> None:
    text = "{weigh: [{subject: '(?P<a>h)', score: 1}, {subject: '(?P<b>x)', score: 1}]}"
    assert asked(text, MAIL).captures == {"a": "h"}


def test_it_says_itself_in_words() -> None:
    text = "{weigh: [{subject: a, score: 2}, {size: 5, score: -1}], total: 3}"
    said = "weighed total >= 3 of (header Subject matches /a/: +2; size >= 5: -1)"
    assert when(text).describe() == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{weigh: []}", "nothing is weighed here"),
        ("{weigh: {subject: a}}", "a list must be here, not a mapping"),
        ("{weigh: [{subject: a}]}", "an entry of `weigh` needs a score"),
        ("{weigh: [{score: 1}]}", "there is no condition here"),
        ("{weigh: [{subject: a, score: x}]}", "a number must be here"),
        ("{weigh: [{subject: a, score: 1}], total: many}", "is not a comparison"),
        ("{total: 5, subject: a}", "it belongs beside `weigh`"),
    ],
)
def test_mistakes(text: str, said: str) -> None:
    assert said in when_problem(text)


@pytest.mark.parametrize(
    ("each", "total"),
    [("true", "== 6"), ("0.5", "== 3.5"), ("2", "== 14"), ("false", "== 2"), ("0", "== 2")],
)
def test_each_match_adds_its_score(each: str, total: str) -> None:
    """2, 2·x, 2·x² for three matches: procmailsc(5)."""
    entry = f"{{raw_body: free, score: 2, each: {each}}}"
    text = f"{{weigh: [{entry}], total: '{total}'}}"
    assert held(text, b"X: free\n\nfree Free\nfree\n") is True


def test_a_match_of_nothing_is_the_last_one_and_its_sum_infinite() -> None:
    assert held("{weigh: [{raw_body: 'x*', score: 1, each: 0.5}], total: '== 2'}", b"\n\na") is True
    assert held("{weigh: [{raw_body: 'x*', score: 1, each: 1}], total: '> 1e9'}", b"\n\na") is True


def test_only_what_one_expression_finds_is_counted() -> None:
    assert "belongs beside raw_headers" in when_problem(
        "{weigh: [{subject: a, score: 1, each: true}]}"
    )
