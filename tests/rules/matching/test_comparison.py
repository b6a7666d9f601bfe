"""Comparisons of numbers, sizes and ages."""

from __future__ import annotations

import pytest

from maildrop_py.rules.language.document import Mistake
from maildrop_py.rules.language.yaml_tree import parse
from maildrop_py.rules.matching.comparison import AGES, PLAIN, SIZES, Comparison, parse_comparison


def comparison(text: str, units: dict[str, float] = PLAIN) -> Comparison:
    top = parse(f"x: {text}", "rules.yaml")
    assert top is not None
    return parse_comparison(top.pairs()[0][1], units)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("5", [5, 6], [4.9]),
        ("'>= 5'", [5], [4.9]),
        ("'>5'", [5.1], [5]),
        ("'<= 5'", [5], [5.1]),
        ("'< -1'", [-2], [-1]),
        ("'= 5'", [5], [4, 6]),
        ("'== 5'", [5], [4, 6]),
        ("'> 1 and < 3'", [2], [1, 3]),
        ("'>= +.5'", [0.5], [0.4]),
        ("'1e3'", [1000], [999]),
    ],
)
def test_numbers(text: str, yes: list[float], no: list[float]) -> None:
    found = comparison(text)
    assert all(found.holds(value) for value in yes)
    assert not any(found.holds(value) for value in no)


@pytest.mark.parametrize(
    ("text", "units", "bound"),
    [
        ("10", SIZES, 10),
        ("10B", SIZES, 10),
        ("'10 kb'", SIZES, 10 * 1024),
        ("1.5M", SIZES, 1.5 * 1024 * 1024),
        ("2GB", SIZES, 2 * 1024**3),
        ("90s", AGES, 90),
        ("5min", AGES, 300),
        ("'2 h'", AGES, 7200),
        ("30d", AGES, 30 * 86400),
        ("1w", AGES, 7 * 86400),
        ("1y", AGES, 365.25 * 86400),
    ],
)
def test_units(text: str, units: dict[str, float], bound: float) -> None:
    assert comparison(text, units).terms == ((">=", bound),)


@pytest.mark.parametrize(
    ("text", "units", "said"),
    [
        ("big", PLAIN, "'big' is not a comparison (such as \">= 5\")"),
        ("'=> 5'", PLAIN, "is not a comparison"),
        ("'!= 5'", PLAIN, "is not a comparison"),
        ("'5 or 6'", PLAIN, "is not a comparison"),
        ("''", PLAIN, "is not a comparison"),
        ("inf", PLAIN, "is not a comparison"),
        ("'5MB'", PLAIN, "unknown unit 'MB'"),
        ("'5 lightyears'", AGES, "unknown unit 'lightyears' (such as \"> 30d\""),
        ("5", AGES, "a unit is missing"),
        ("[5]", PLAIN, "a text must be here, not a list"),
        ("'> 5 and < 3'", PLAIN, "no number is both"),
        ("'> 5 and <= 5'", PLAIN, "no number is both"),
        ("'== 4 and > 4'", PLAIN, "no number is both"),
        ("1e999", PLAIN, "is not a comparison"),
    ],
)
def test_mistakes(text: str, units: dict[str, float], said: str) -> None:
    with pytest.raises(Mistake) as caught:
        comparison(text, units)
    assert said in str(caught.value)


def test_narrow_ranges_are_no_mistake() -> None:
    assert comparison("'>= 5 and <= 5'").holds(5)


def test_it_is_shown_as_it_was_written() -> None:
    assert comparison("'> 1 and < 3'").describe() == "> 1 and < 3"
    assert comparison("5").describe() == ">= 5"
