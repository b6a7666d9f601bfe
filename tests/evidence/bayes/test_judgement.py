"""judgement: probabilities from counts and weights, and steps that correct them."""

from __future__ import annotations

import pytest

from maildrop_py.evidence.bayes.judgement import (
    BALANCE,
    FEWEST,
    Totals,
    judge,
    log_odds,
    probability,
    step,
)

EVEN = Totals(100, 100)


def test_nothing_is_said_before_enough_was_learnt() -> None:
    judged = judge({"a": (1, 0, 0)}, Totals(FEWEST, FEWEST - 1), 1)
    assert judged.probability is None and str(FEWEST) in judged.unknown
    assert judge({"a": (1, 0, 0)}, Totals(FEWEST, FEWEST), 1).probability is not None


def test_tokens_of_one_kind_decide() -> None:
    assert judge({"a": (50, 0, 0)}, EVEN, 1).probability > 0.9  # type: ignore[operator]
    assert judge({"a": (0, 50, 0)}, EVEN, 1).probability < 0.1  # type: ignore[operator]
    assert judge({}, EVEN, 10).probability == 0.5


def test_kinds_count_alike_whatever_their_numbers() -> None:
    many_ham = judge({"a": (10, 100, 0)}, Totals(100, 1000), 1)
    assert many_ham.probability == 0.5


def test_what_is_near_one_half_says_nothing() -> None:
    assert log_odds([(60, 40, 0)], EVEN, 1) == 0


def test_weights_add_to_the_counts() -> None:
    assert log_odds([(60, 40, 2000)], EVEN, 1) == 1.0
    assert log_odds([(60, 40, 2000)], EVEN, 4) == 0.5


def test_a_weight_counts_less_the_more_messages_have_its_token() -> None:
    assert log_odds([(0, 0, 2000)], EVEN, 1) == 2.0
    assert log_odds([(100, 100, 2000)], EVEN, 1) == 0.0, "all messages have it"
    assert log_odds([(100, 101, 2000)], EVEN, 1) == 0.0, "some of whose were taken back"


def test_the_clues_are_named_in_words_the_weightiest_first() -> None:
    judged = judge({"a": (2, 1, 0), "b": (0, 90, 0), "c": (30, 0, 0)}, EVEN, 3, most=2)
    assert [clue.token for clue in judged.clues] == ["b", "c"]
    assert judged.sentences()[1].startswith("c: spam by ")
    assert judged.sentences()[1].endswith("in 30 of 100 spam and 0 of 100 ham")


def test_a_step_is_as_large_as_the_error() -> None:
    wrong, right = step(5.0, False, EVEN, 100), step(-5.0, False, EVEN, 100)
    assert wrong[0] < 0 and abs(right[0]) < abs(wrong[0]) / 50
    assert step(-5.0, True, EVEN, 100)[0] == -wrong[0]


def test_one_kind_alone_moves_no_weight() -> None:
    assert step(0.0, True, Totals(50, 0), 10) == (0, 0)
    few, even = step(0.0, True, Totals(1000, 10), 10), step(0.0, True, Totals(1000, 1000), 10)
    assert 0 < few[0] < even[0] / 10


def test_no_kind_outweighs_the_other() -> None:
    assert step(-9.0, True, Totals(9, 9, BALANCE), 10) == (0, 0)
    assert step(9.0, False, Totals(9, 9, BALANCE), 10)[0] < 0


@pytest.mark.parametrize("odds", [-1e9, 0.0, 1e9])
def test_a_probability_stays_one(odds: float) -> None:
    assert 0 <= probability(odds) <= 1
