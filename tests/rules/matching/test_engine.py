"""RE2 as rules use it: ignoring case, over text and over bytes, in linear time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from maildrop_py.rules.matching.engine import BadExpression, Expression, KeptExpressions, compiled
from maildrop_py.rules.matching.pattern import search


def test_spans_are_in_characters_and_groups_in_text() -> None:
    assert search("(?P<x>議)(?P<y>z)?", "会議") == ((1, 2), {"x": "議", "y": ""})
    assert search("x", "会議") is None


def test_case_is_ignored_as_unicode_folds_it() -> None:
    assert search("straße", "STRAẞE") is not None
    assert search("ΣΊΣΥΦΟΣ", "σίσυφος") is not None


def test_lone_surrogates_are_no_trouble() -> None:
    assert search("b", "a\udcffb") == ((2, 3), {})
    with pytest.raises(BadExpression):
        compiled("(\udcff")


def test_raw_bytes_are_matched_by_the_bytes_of_an_expression() -> None:
    assert compiled("会", latin1=True).spans("x会".encode()) == [(1, 4)]
    assert compiled(r"\xff", latin1=True).spans(b"a\xff") == [(1, 2)]


@pytest.mark.parametrize("expression", ["a(", "a(?=b)", r"(a)\1", "[a", "a**", "(?P<a"])
def test_what_re2_does_not_know_is_refused(expression: str) -> None:
    with pytest.raises(BadExpression):
        compiled(expression)


def test_expressions_are_compiled_once() -> None:
    assert compiled("abc") is compiled("abc")
    assert compiled("abc") is not compiled("abc", latin1=True)


@pytest.mark.parametrize("expression", ["(a*)*b", "(a|a)*b", "(.*)(.*)(.*)(.*)b", "(?:a?){100}b"])
def test_expressions_made_to_be_slow_are_not(expression: str) -> None:
    assert search(expression, "a" * 200_000) is None


def test_the_extension_alone_is_loaded_and_the_wrapper_still_works() -> None:
    script = (
        "import sys; from maildrop_py.rules.matching.pattern import search; search('a', 'b');"
        "assert 're' not in sys.modules and 're2' not in sys.modules, 'wrapper was loaded';"
        "import re2; assert re2.search('b', 'abc')"
    )
    subprocess.run([sys.executable, "-I", "-c", script], check=True)


def test_what_is_kept_has_a_limit_and_the_least_used_goes_first() -> None:
    kept = KeptExpressions(most=40 * Expression("word", False).memory)
    often = kept.get("often")
    for number in range(1000):
        assert kept.get("often") is often
        kept.get(f"word {number}")
        assert kept.memory <= 40 * Expression("word", False).memory
    assert kept.get("word 999") is kept.get("word 999")


def test_large_expressions_count_for_what_they_may_take() -> None:
    kept = KeptExpressions(most=32 << 20)
    for number in range(20):
        kept.get(rf"(?:[^a]{{500}}|[\pL\pN]{{4}})x{number}")
        assert kept.memory <= 32 << 20


@pytest.mark.parametrize("expression", [r"[\pL]{900}[\pN]{900}", r"((((a{30}){30}){30}){30})"])
def test_an_expression_that_needs_too_much_is_refused(expression: str) -> None:
    with pytest.raises(BadExpression):
        Expression(expression, False)


MEMORY = """
import resource, sys
from maildrop_py.rules.matching.engine import compiled
text = ("word \\u00e4\\u4f1a " * 50 + "x").encode()
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
compiled("a").spans(text)
before = used()
for number in range(300):
    compiled(r"(?:[^a]{500}|[\\pL\\pN]{4}){1}x%d" % number).spans(text)
print((used() - before) // 1024)
"""


def test_hundreds_of_large_expressions_are_let_go_after_use() -> None:
    """They took three megabytes each, for as long as the process lived."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 150
