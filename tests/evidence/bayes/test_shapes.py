"""shapes: how joined words, subjects and fields look."""

from __future__ import annotations

from maildrop_py.evidence.bayes.shapes import LONGEST, beside, shape


def test_runs_of_digits_and_letters_are_one_sign_each() -> None:
    assert shape("20020904.GAx17$me") == "9.Aa9$a"
    assert shape("") == "" and shape("日本") == "日本"


def test_a_shape_is_short_whatever_it_is_of() -> None:
    assert len(shape("a9" * 100_000)) == LONGEST


def test_only_joined_words_have_something_beside_them() -> None:
    assert list(beside(["offer", "w3c", "café-bar", "best-seller", "don't"])) == [
        "best",
        "seller",
        "don",
    ]
    assert list(beside(["v.i.a.g.r.a", "i-b", "a-1"])) == ["viagra"]
