"""Expressions side by side are looked for together, with the answers that each gives alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from maildrop_py.rules.condition import all_inside
from maildrop_py.rules.conditions.header import Header
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.matching.pattern import Found
from maildrop_py.rules.matching.several import Several
from maildrop_py.rules.program.anchors import PRESENT, anchors_of

EXPRESSIONS = [r"^re:\s*(?P<what>\w+)", r"\bfree\b|\bwin\b", r"(?-i)URGENT", "ご案内", r"\s{4,}x$"]
TEXTS = [
    *("Re: lunch", "re:", "a free lunch", "you WIN", "URGENT", "urgent", "セールのご案内"),
    *("many      x", "x", "", "nothing of the kind", "Re: free", "a\x00b      X"),
]


def header(tests: object) -> Header:
    rules = {"rules": [{"when": {"header": {"X-A": tests}}, "then": {"file": "B"}}]}
    when: Any = load_text(json.dumps(rules)).rules[0].when
    return next(each for each in all_inside(when) if isinstance(each, Header))


def found_by(tests: object, text: str) -> Found | None:
    found = (test.search(text) for test in header(tests).tests)
    return next((one for one in found if one), None)


@pytest.mark.parametrize("text", TEXTS)
def test_the_first_that_matches_answers(text: str) -> None:
    alone = (found_by(each, text) for each in EXPRESSIONS)
    assert found_by(EXPRESSIONS, text) == next((one for one in alone if one), None)


def test_several_expressions_become_one_test_that_reads_like_them() -> None:
    (test,) = header(EXPRESSIONS).tests
    assert isinstance(test, Several)
    assert test.describe() == " or ".join(header(each).tests[0].describe() for each in EXPRESSIONS)


def test_tests_of_other_kinds_stay_apart() -> None:
    tests = header([*EXPRESSIONS, {"contains": "y"}]).tests
    assert len(tests) == len(EXPRESSIONS) + 1


def test_anchors_are_those_of_all_and_none_where_one_has_none() -> None:
    assert anchors_of(header(["abc", "def", "ghi"])) == tuple(
        ("x-a", literal) for literal in ("abc", "def", "ghi")
    )
    assert anchors_of(header(["abc", "def", r"\d+"])) == (("x-a", PRESENT),)
