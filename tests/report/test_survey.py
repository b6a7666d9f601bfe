"""survey: rates with their bounds, and weights that separate."""

from __future__ import annotations

import pytest

from maildrop_py.report.survey import POINTS, findings, interval, table

NAMES = ("good", "twin", "useless", "never", "mostly unknown")
SPAM = [(True, True, n % 2 == 0, False, None) for n in range(40)] + [
    (False, False, n % 2 == 0, False, True) for n in range(10)
]
HAM = [(n == 0, n == 0, n % 2 == 0, False, None) for n in range(60)]


def test_rates_count_what_is_known() -> None:
    found = {one.name: one for one in findings(NAMES, HAM, SPAM)}
    assert (found["good"].spam.held, found["good"].spam.asked) == (40, 50)
    assert (found["good"].ham.held, found["good"].ham.asked) == (1, 60)
    unknown = found["mostly unknown"].spam
    assert (unknown.held, unknown.asked, unknown.unknown) == (10, 10, 40)


@pytest.mark.parametrize(
    ("held", "asked", "low", "high"),
    [(0, 100, 0, 0.037), (50, 100, 0.404, 0.596), (100, 100, 0.963, 1), (0, 0, 0, 1)],
)
def test_bounds_are_wilsons(held: int, asked: int, low: float, high: float) -> None:
    assert interval(held, asked) == pytest.approx((low, high), abs=0.001)


def test_what_separates_has_weight_and_twins_share_it() -> None:
    weights = {one.name: one.weight for one in findings(NAMES, HAM, SPAM)}
    assert weights["good"] == weights["twin"] > 1
    assert abs(weights["useless"]) < 0.5 and weights["never"] == 0
    alone = findings(("good",), [one[:1] for one in HAM], [one[:1] for one in SPAM])
    assert alone[0].weight > weights["good"]


def test_the_best_come_first_and_what_never_held_is_not_shown() -> None:
    found = findings(NAMES, HAM, SPAM)
    assert found[0].name in ("good", "twin")
    lines = table(found)
    assert not any("never" in line for line in lines)
    assert "40 = 80.0 % (67.0-88.8)" in lines[1]


def test_points_stay_in_bounds_where_most_spam_has_nothing_to_tell_it_by() -> None:
    ham = [(number < 90, False) for number in range(100)]
    spam = [(False, number < 10) for number in range(100)]
    weights = {one.name: one.weight for one in findings(("a list", "a sign"), ham, spam)}
    assert POINTS <= weights["a sign"] < 3 * POINTS
    assert -3 * POINTS < weights["a list"] < 0
