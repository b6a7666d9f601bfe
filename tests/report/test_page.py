"""A summary must look the same with rich and without."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from maildrop_py.report.dry_run_rows import summary_of, summary_rows
from maildrop_py.report.page import on_page

words = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20)
counts = st.dictionaries(st.tuples(words, words), st.integers(1, 10**6), max_size=5).map(Counter)


def by_rich(counted: Counter[tuple[str, str]], width: int) -> list[str]:
    page = io.StringIO()
    Console(file=page, width=width, highlight=False).print(summary_of(counted))
    return page.getvalue().splitlines()


@given(counts, st.integers(40, 80))
def test_it_is_what_rich_prints(counted: Counter[tuple[str, str]], width: int) -> None:
    lines = on_page(summary_rows(counted), width)
    assert lines is None or lines == by_rich(counted, width)


def test_what_fits_is_plain() -> None:
    counted = Counter({("INBOX", "(no rule)"): 1900, ("Lists/[x]", "lists"): 20})
    assert on_page(summary_rows(counted), 80) == [
        "messages  goes to    by rule  ",
        "    1900  INBOX      (no rule)",
        "      20  Lists/[x]  lists    ",
    ]


@pytest.mark.parametrize("where", ["会議", "a" * 80, "tab\there", "caf\xe9", "\x1b[1m"])
def test_what_takes_more_than_a_look_is_left_to_rich(where: str) -> None:
    assert on_page(summary_rows(Counter({(where, "rule"): 1})), 80) is None
