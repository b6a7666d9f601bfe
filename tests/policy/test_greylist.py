"""The steps of one triplet, on a clock that is a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.policy.greylist import REFRESHED, Entry, Step, Terms, ends, step

TERMS = Terms(delay=300, window=2 * 86400, remember=60 * 86400)
NOW = 1_790_000_000


def test_who_comes_first_has_to_come_again() -> None:
    assert step(None, NOW, TERMS) == Step("new", 300, Entry(NOW))


def test_early_tries_do_not_restart_the_clock() -> None:
    assert step(Entry(NOW), NOW + 299, TERMS) == Step("early", 1)
    assert step(Entry(NOW), NOW + 300, TERMS) == Step("back", 0, Entry(NOW, NOW + 300))


def test_who_passed_goes_on_passing_until_it_is_forgotten() -> None:
    passed = Entry(NOW, NOW)
    assert step(passed, NOW + 60, TERMS) == Step("known", 0)
    assert step(passed, NOW + 59 * 86400, TERMS).entry == Entry(NOW, NOW + 59 * 86400)
    assert step(passed, NOW + 61 * 86400, TERMS).why == "late"


def test_who_comes_after_the_window_is_new() -> None:
    late = NOW + TERMS.window + 1
    assert step(Entry(NOW), late, TERMS) == Step("late", 300, Entry(late))


@pytest.mark.parametrize("back", [1, 86400, 400 * 86400])
def test_a_clock_that_goes_back_costs_one_delay_at_most(back: int) -> None:
    now = NOW - back
    first = step(Entry(NOW), now, TERMS)
    assert first.left <= TERMS.delay and first.entry is not None
    assert step(first.entry, now + first.left, TERMS).left == 0
    assert step(Entry(NOW, NOW), now, TERMS).left == 0


@given(st.lists(st.integers(-200_000, 200_000), max_size=30), st.integers(1, 3600))
def test_whoever_waits_as_long_as_he_is_told_passes(jumps: list[int], delay: int) -> None:
    """Whatever the clock did before, and however often he came too early."""
    terms, now, entry = Terms(delay), NOW, None
    for jump in jumps:
        now += jump
        done = step(entry, now, terms)
        entry = done.entry or entry
        assert done.left <= delay
    done = step(entry, now, terms)
    assert step(done.entry or entry, now + done.left, terms).left == 0


def test_an_entry_ends_when_nothing_comes_of_it_any_more() -> None:
    assert ends(Entry(NOW), TERMS) == NOW + TERMS.window
    assert ends(Entry(NOW, NOW + 5), TERMS) == NOW + 5 + TERMS.remember


@pytest.mark.parametrize(
    ("entry", "seconds", "why", "changes"),
    [
        (Entry(NOW), 0, "early", False),
        (Entry(NOW), TERMS.window, "back", True),
        (Entry(NOW, NOW), 0, "known", False),
        (Entry(NOW, NOW), REFRESHED, "known", False),
        (Entry(NOW, NOW), REFRESHED + 1, "known", True),
        (Entry(NOW, NOW), TERMS.remember, "known", True),
    ],
)
def test_the_last_second_of_each_time_counts(
    entry: Entry, seconds: int, why: str, changes: bool
) -> None:
    found = step(entry, NOW + seconds, TERMS)
    assert (found.why, found.entry is not None) == (why, changes)
