"""contains, is and glob, whatever the case and however letters fold."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.rules.matching.text import Contains, Glob, Is, glob_fits

FOLDING = "aAßẞſsSKk\u212aİıi\u0307ﬁf会 "


@pytest.mark.parametrize(
    ("wanted", "text", "span"),
    [
        ("b", "abc", (1, 2)),
        ("B", "abc", (1, 2)),
        ("ss", "Straße", (4, 5)),
        ("ß", "STRASSE", (4, 6)),
        ("e", "Straße", (5, 6)),
        ("会", "x会", (1, 2)),
        ("f", "ﬁx", (0, 1)),
    ],
)
def test_contains_finds_the_place_in_the_text_itself(
    wanted: str, text: str, span: tuple[int, int]
) -> None:
    assert Contains(wanted).search(text) == (span, {})


@given(st.text(FOLDING, min_size=1, max_size=4), st.text(FOLDING, max_size=12))
def test_contains_marks_a_part_that_holds_what_is_wanted(wanted: str, text: str) -> None:
    found = Contains(wanted).search(text)
    assert (found is not None) == (wanted.casefold() in text.casefold())
    if found is not None:
        start, end = found[0]
        assert 0 <= start < end <= len(text)
        assert wanted.casefold() in text[start:end].casefold()


def test_is_means_the_whole_text_but_white_space_around() -> None:
    assert Is(" A b ").search("a B") == ((0, 3), {})
    assert Is("a").search("ab") is None
    assert Is("").search("  ") == ((0, 2), {})


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("*", "", True),
        ("*", "anything\nat all", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("a*bc", "abc", True),
        ("ab*bc", "abc", False),
        ("a*b*a", "aba", True),
        ("a*b*a", "aa", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("?", "会", True),
        ("a.c", "abc", False),
        ("[a]", "a", False),
        ("[a]", "[A]", True),
        ("a_b?(x)", "a_bc(X)", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_globs_know_two_signs_and_no_more(glob: str, text: str, fits: bool) -> None:
    assert glob_fits(glob, text) is fits
    assert (Glob(glob).search(text) is not None) is fits


@given(st.text("ab.*?[_-", max_size=8), st.text("ab.[_-x", max_size=10))
def test_globs_agree_with_the_shells(glob: str, text: str) -> None:
    shell = glob.replace("[", "[[]")
    assert glob_fits(glob, text) == fnmatch.fnmatchcase(text, shell)


@pytest.mark.parametrize("sign", ["", "?"])
def test_globs_made_to_be_slow_are_not(sign: str) -> None:
    """A backtracking matcher would need longer than the sun has left."""
    assert not glob_fits("a*" * 40 + sign + "b", "a" * 20_000)
