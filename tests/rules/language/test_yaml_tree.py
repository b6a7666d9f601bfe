"""Texts that are no YAML, or YAML made to do harm: one mistake with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.rules.language.document import Mistake
from maildrop_py.rules.language.yaml_tree import DEEPEST, parse


def mistake(text: str) -> str:
    with pytest.raises(Mistake) as caught:
        parse(text, "rules.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n  - when: {subject: [a}\n", "rules.yaml:2:23: not YAML: "),
        ("rules:\n\t- a\n", "(YAML is indented with blanks, not tabs)"),
        ("when: a: b\n", "rules.yaml:1:8: not YAML: mapping values are not allowed"),
        ("a: {b: *c}\n", "undefined alias"),
        ("subject: *SPAM*\n", "(put the text into single quotes)"),
        ("subject: @here\n", "(put the text into single quotes)"),
        ("subject: [spam] offers\n", "(put the text into single quotes)"),
        ('subject: "\\.com"\n', "(a backslash wants single quotes: '\\.')"),
        ("a: b\n---\nc: d\n", "rules.yaml:2:1: not YAML: "),
        ("a: 'open\n", "rules.yaml:"),
        ("a: !python/object:os.system x\n", "the tag !python/object:os.system is not used here"),
        ("a: !x y\n", "rules.yaml:1:4: the tag !x is not used here (leave it out)"),
        ("a: b\0\n", "rules.yaml:1:5: the character U+0000 cannot be in"),
        ("a: b\nc: \x07\n", "rules.yaml:2:4: the character U+0007 cannot be in"),
    ],
)
def test_what_is_no_yaml_is_named_with_its_place(text: str, said: str) -> None:
    assert said in mistake(text)


@pytest.mark.parametrize("opening", ["[", "- ", "? ", "{a: ", "a: {b: "])
@pytest.mark.parametrize("times", [DEEPEST + 1, 200_000])
def test_deep_nesting_does_not_crash_the_parser(opening: str, times: int) -> None:
    """The C parser alone ends in a segmentation fault here, and mail would bounce."""
    assert mistake(opening * times)


def test_values_that_contain_themselves_are_refused() -> None:
    assert "contains itself" in mistake("a: &a [*a]")
    assert "contains itself" in mistake("a: &a {b: &b [*a, *b]}")


def test_aliases_that_unfold_without_end_are_refused() -> None:
    """«A billion laughs»: 30 lines that stand for 2**30 values."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 31)]
    assert "unfold to too many values" in mistake("\n".join(lines))


def test_ordinary_aliases_are_read() -> None:
    lines = ["list: &all [a@b, c@d]"] + [f"k{n}: *all" for n in range(1000)]
    top = parse("\n".join(lines), "rules.yaml")
    assert top is not None and len(top.pairs()) == 1001


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_is_nothing_or_null(text: str) -> None:
    top = parse(text, "rules.yaml")
    assert top is None or top.kind == "nothing"


@given(st.text(max_size=60) | st.text("[]{}:,-?&*!|>'\"%@`#a \n\t", max_size=40))
def test_no_text_raises_anything_but_a_mistake(text: str) -> None:
    try:
        parse(text, "rules.yaml")
    except Mistake as found:
        assert found.problem.line >= 1 and found.problem.column >= 1
