"""The literals of an expression: never one too many, or mail would be misfiled."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maildrop_py.rules.matching.engine import BadExpression, compiled
from maildrop_py.rules.matching.literals import regex
from maildrop_py.rules.matching.pattern import search

# Letters that RE2 takes for one another; several have a full folding of two letters.
FAMILIES = [
    *("aA", "bB", "sSſ", "kK\u212a", "ßẞ", "µμΜ", "σςΣ", "åÅ\u212b", "θϑΘϴ", "iI", "éÉ", "яЯ"),
    *("ᾀᾈ", "ﬅﬆ", "ΐ\u1fd3", "ǆǅǄ", "ɐⱯ"),
]
ALONE = "0-_@.<> \t\n会議日本ı\u0130ŉﬀ\u0307\u0345"
FAMILY_OF = {letter: family for family in FAMILIES for letter in family}
LETTERS = "".join(FAMILIES) + ALONE

Pair = tuple[str, str]
"""An expression, and a text that it matches."""

SIGNS = {
    ".": "x",
    r"\d": "7",
    r"\w": "q",
    r"\s": " ",
    "[sk]": "ſ",
    "[s]": "ſ",
    "[^x]": "\u212a",
    "[a-s]": "ſ",
    r"\pL": "議",
    "[[:alpha:]]": "s",
    r"\x{212a}": "k",
    r"\Qs+\E": "S+",
    "(?i:s)": "ſ",
    r"\x73": "ſ",
    r"\163": "S",
    "^": "",
    "$": "",
    r"\b": "",
    "": "",
    r"\(\?": "(?",
    "[.]": ".",
    "{": "{",
    "x{,2}": "x{,2}",
}
REPEATS = {"?": (0, 1), "*": (0, 2), "+": (1, 3), "??": (0, 1), "+?": (1, 2), "{2}": (2, 2)}
REPEATS |= {"{0,3}": (0, 3), "{1,}": (1, 4), "{0}": (0, 0), "{2,3}?": (2, 3)}


def escaped(char: str) -> str:
    return "\\" + char if char in "-.<>@" else char


@st.composite
def letters(draw: st.DrawFn) -> Pair:
    written = draw(st.text(LETTERS, min_size=1, max_size=5))
    text = "".join(draw(st.sampled_from(FAMILY_OF.get(char, char))) for char in written)
    return "".join(map(escaped, written)), text


def combined(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.one_of(sequences(inner), branches(inner), groups(inner), repeats(inner))


@st.composite
def sequences(draw: st.DrawFn, inner: st.SearchStrategy[Pair]) -> Pair:
    found = draw(st.lists(inner, min_size=1, max_size=4))
    return "".join(one for one, _ in found), "".join(text for _, text in found)


@st.composite
def branches(draw: st.DrawFn, inner: st.SearchStrategy[Pair]) -> Pair:
    found = draw(st.lists(inner, min_size=1, max_size=3))
    opening = draw(st.sampled_from(["(", "(?:"]))
    return f"{opening}{'|'.join(one for one, _ in found)})", draw(st.sampled_from(found))[1]


@st.composite
def groups(draw: st.DrawFn, inner: st.SearchStrategy[Pair]) -> Pair:
    expression, text = draw(inner)
    return f"(?P<g{draw(st.integers(0, 10**6))}>{expression})", text


@st.composite
def repeats(draw: st.DrawFn, inner: st.SearchStrategy[Pair]) -> Pair:
    expression, text = draw(inner)
    sign = draw(st.sampled_from(sorted(REPEATS)))
    times = draw(st.sampled_from(REPEATS[sign]))
    return f"(?:{expression}){sign}", text * times


PAIRS = st.recursive(letters() | st.sampled_from(list(SIGNS.items())), combined, max_leaves=12)
AROUND = st.text(LETTERS + "xyz", max_size=6)


@settings(max_examples=300, deadline=None)
@given(PAIRS, AROUND, AROUND)
@example(("straße", "STRAẞE"), "", "")
@example(("ſ", "s"), "", "")
@example(("k", "\u212a"), "", "")
@example(("i", "İ"), "", "")
@example(("ﬅ", "ﬆ"), "x", "y")
def test_literals_never_lose_what_re2_finds(pair: Pair, before: str, behind: str) -> None:
    """The prefilter may only say no where RE2 would."""
    expression, inside = pair
    text = before + inside + behind
    try:
        compiled(expression)
    except BadExpression:
        return
    found = search(expression, text)
    test = regex(expression)
    if found is not None:
        folded = text.casefold()
        assert not test.literals or any(literal in folded for literal in test.literals)
        assert test.search(text) is not None


@settings(max_examples=200, deadline=None)
@given(st.lists(letters(), min_size=1, max_size=3), AROUND, AROUND)
def test_plain_expressions_find_no_more_and_no_less_than_re2(
    pairs: list[Pair], before: str, behind: str
) -> None:
    expression = "|".join(one for one, _ in pairs)
    text = before + pairs[-1][1] + behind
    found, truth = regex(expression).search(text), search(expression, text)
    assert (found is None) == (truth is None)
    if found is not None and truth is not None:
        assert found[0][0] == truth[0][0]


@settings(max_examples=300, deadline=None)
@given(st.text("ab1()[]{}|?*+.,^$\\-:PQE<>wdsbBAzZ03xkKſ\n"), st.text("ab1kKſ(){},-x\n"))
def test_any_scribble_that_re2_accepts_keeps_its_matches(expression: str, text: str) -> None:
    try:
        compiled(expression)
    except BadExpression:
        return
    truth = search(expression, text)
    assert truth is None or regex(expression).search(text) is not None


def test_re2_and_python_agree_about_the_case_of_every_letter() -> None:
    """Letters that RE2 takes for the same have the same full folding here."""
    everything = map(chr, [*range(0xD800), *range(0xE000, 0x110000)])
    cased = [char for char in everything if unicodedata.category(char) in ("Lu", "Ll", "Lt")]
    cased += [char for char in map(chr, range(0x250)) if not char.isalpha()]
    cased += map(chr, [0x345, *range(0x2160, 0x2190), *range(0x24B6, 0x24EA)])
    for start in range(0, len(cased), 64):
        some = cased[start : start + 64]
        folded = {char.casefold() for char in some}
        others = "".join(char for char in cased if char.casefold() not in folded)
        one_of_them = "".join(rf"\x{{{ord(char):x}}}" for char in some)
        assert compiled(f"[{one_of_them}]").spans(others.encode()) is None


@pytest.mark.parametrize(
    ("expression", "literals"),
    [
        (r"^\[spam\]", ("[spam]",)),
        ("Invoice|RECHNUNG", ("invoice", "rechnung")),
        (r"(?P<list>[\w-]+)\.example\.org", (".example.org",)),
        ("(?:ab|cde)+x", ("ab", "cde")),
        ("(short)?a much longer one", ("a much longer one",)),
        ("straße", ("strasse",)),
        ("会議|打ち合わせ", ("会議", "打ち合わせ")),
        ("a|", ()),
        (".*", ()),
        ("(?s)abc", ()),
        (r"\Qa.b\E", ()),
        ("[[:alpha:]]bc", ()),
        (r"\x{41}bc", ()),
        ("|".join(f"word{number}" for number in range(40)), ("word",)),
        ("|".join(f"{number:02}x" for number in range(40)), ()),
    ],
)
def test_literals_found(expression: str, literals: tuple[str, ...]) -> None:
    assert regex(expression).literals == literals


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        *[("viagra", True), ("viagra|cialis", True), ("v.agra", False), ("(viagra)", False)],
        *[("^viagra", False), ("straße", False), ("会議", True)],
    ],
)
def test_plain_expressions_need_no_engine(expression: str, plain: bool) -> None:
    assert regex(expression).plain is plain


def test_letters_that_newer_unicode_may_fold_are_no_literals() -> None:
    """U+0264 got its capital in Unicode 16, which Python 3.14 knows first."""
    known = "ɤ".upper() != "ɤ"
    assert regex("abcɤdefg").literals == (("abcɤdefg",) if known else ("defg",))
