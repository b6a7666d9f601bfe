"""memo: an answer is worked out once, and no more than so many are kept."""

from __future__ import annotations

from maildrop_py.memo import Memo


def test_an_answer_is_worked_out_once() -> None:
    asked: list[str] = []

    def shouted(text: str) -> str:
        asked.append(text)
        return text.upper()

    memo = Memo(shouted)
    assert [memo["a"], memo["b"], memo["a"]] == ["A", "B", "A"]
    assert asked == ["a", "b"]


def test_no_more_are_kept_than_it_may_keep() -> None:
    memo = Memo(str, most=3)
    for number in range(10):
        assert memo[number] == str(number)
        assert len(memo) <= 3


def test_the_newer_half_is_kept() -> None:
    memo = Memo(str, most=4)
    for number in range(5):
        assert memo[number] == str(number)
    assert list(memo) == [3, 4]


def test_nothing_is_an_answer_too() -> None:
    asked: list[int] = []
    memo = Memo(asked.append)
    assert memo[1] is None
    assert memo[1] is None
    assert asked == [1]
