"""Values of a rules file: what they are taken for, and what is said where they are wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from maildrop_py.rules.language.document import Mistake, Node, suggestion
from maildrop_py.rules.language.yaml_tree import parse


def value(text: str) -> Node:
    """The value of the only key `x`."""
    top = parse(f"x: {text}\n", "rules.yaml")
    assert top is not None
    return {key.text(): found for key, found in top.pairs()}["x"]


def mistake(ask: Callable[[], Any]) -> str:
    with pytest.raises(Mistake) as caught:
        ask()
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a", "text"),
        ("'5'", "text"),
        ("2026-01-01", "text"),
        ("5", "whole number"),
        ("5.5", "number"),
        ("yes", "boolean"),
        ("~", "nothing"),
        ("", "nothing"),
        ("[a]", "list"),
        ("{a: b}", "mapping"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert value(text).kind == kind


@pytest.mark.parametrize("text", ["yes", "no", "NO", "5", "0x10", "1_000", "2026-01-01", "1:30"])
def test_texts_are_as_they_were_written(text: str) -> None:
    """Norway's top-level domain is not `false`."""
    assert value(text).text() == text


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), ("-2.5", -2.5), ("0x10", 16), ("1e3", "no"), ("1.0e+3", 1000.0)]
)
def test_numbers(text: str, number: float | str) -> None:
    if number == "no":  # YAML 1.1 takes it for a text
        assert "a number must be here, not a text '1e3'" in mistake(value(text).number)
    else:
        assert value(text).number() == number


def test_booleans() -> None:
    assert value("true").boolean() and value("Yes").boolean() and value("on").boolean()
    assert not value("false").boolean() and not value("No").boolean()


@pytest.mark.parametrize(
    ("text", "ask", "said"),
    [
        ("[a]", Node.text, "rules.yaml:1:4: a text must be here, not a list"),
        ("~", Node.text, "a text must be here, not nothing"),
        ("a", Node.items, "a list must be here, not a text 'a'"),
        ("a", Node.pairs, "a mapping (`key: value`) must be here, not a text 'a'"),
        ("5", Node.boolean, "true or false must be here, not a whole number '5'"),
        ("a", Node.number, "a number must be here, not a text 'a'"),
        (".nan", Node.number, "a number must be here"),
        ("!!int x", Node.number, "a number must be here"),
        ("[]", Node.alternatives, "this list is empty"),
        ("{a: 1, b: 2, a: 3}", Node.pairs, "1:17: 'a' is here twice (first in line 1)"),
        ("{[a]: b}", Node.pairs, "a text must be here, not a list"),
    ],
)
def test_wrong_kinds(text: str, ask: Callable[[Node], Any], said: str) -> None:
    assert said in mistake(lambda: ask(value(text)))


def test_merge_keys_bring_in_what_is_not_there() -> None:
    top = parse(
        """
        base: &base {a: 1, b: 2}
        more: &more {b: 3, c: 4}
        one: {<<: *base, b: 9}
        two: {<<: [*base, *more], d: 5}
        """,
        "rules.yaml",
    )
    assert top is not None
    found = {key.text(): node for key, node in top.pairs()}
    one = {key.text(): node.text() for key, node in found["one"].pairs()}
    two = {key.text(): node.text() for key, node in found["two"].pairs()}
    assert one == {"a": "1", "b": "9"}
    assert two == {"a": "1", "b": "2", "c": "4", "d": "5"}


def test_merging_what_is_no_mapping_is_a_mistake() -> None:
    assert "a mapping (`key: value`) must be here" in mistake(value("{<<: a}").pairs)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subjct", "did you mean `subject`?"),
        ("List-Id", "did you mean `list_id`?"),
        ("SUBJECT", "did you mean `subject`?"),
        ("zzz", "one of: list_id, subject"),
    ],
)
def test_suggestions(text: str, said: str) -> None:
    assert suggestion(text, ["subject", "list_id"]) == said
    assert said in mistake(lambda: value(text).choice(["subject", "list_id"], "condition"))
