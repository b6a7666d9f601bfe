"""Lines are broken by columns, and where the script allows it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.report.tables import width_of
from maildrop_py.report.wrapped import ENDS, wrapped


def test_words_stay_whole_and_blanks_at_the_ends_go() -> None:
    assert wrapped("one  two three", 7) == ["one two", "three"]


def test_japanese_is_broken_between_characters_of_two_columns() -> None:
    assert wrapped("メールを配送します", 10) == ["メールを配", "送します"]


def test_a_line_does_not_begin_with_a_mark_that_ends_something() -> None:
    assert wrapped("「配送」。終わり", 8) == ["「配", "送」。終", "わり"]


@given(st.text(alphabet="ab、。（）漢字カー", max_size=60), st.integers(8, 30))
def test_nothing_is_lost_and_no_line_begins_with_an_end(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines) == text
    assert all(line[:1] not in ENDS for line in lines[1:])


@given(st.lists(st.sampled_from(["ab", "漢", "字。", "（カ"]), max_size=40), st.integers(8, 30))
def test_lines_fit(units: list[str], width: int) -> None:
    assert all(
        width_of(line) <= width for line in wrapped("".join(units), width) if "ab" not in line
    )
