"""HTML as a reader sees it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message import html_text
from maildrop_py.message.html_text import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("v<b></b>iagra", "viagra"),
        ("v<!-- x -->iagra", "viagra"),
        ("v<a title='\">' b=\">\">iagra", "viagra"),
        ("vi\u00adag&shy;ra", "viagra"),
        ("v<!-->iagra", "viagra"),
        ("caf&eacute; &amp; &lt;bar&gt; &#65;&#x42; &copy", "café & <bar> AB ©"),
        ("&amp;lt;", "&lt;"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("<p>one<p>two<br>three<BR/>four", "one\ntwo\nthree\nfour"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</table>", "1 2\n3"),
        ("a\nb\r\n  c", "a b c"),
        ("<pre>a\n b</pre>c\nd", "a\nb\nc d"),
        ("<style>p {}</style>x<SCRIPT>if (1 < 2) y()</SCRIPT>z", "xz"),
        ("<head><title>T</title></head><body>x", "x"),
        ("<img src=a alt='the logo'> by us", "the logo by us"),
        ("1 < 2 and 3 <4", "1 < 2 and 3 <4"),
        ("<a href=x", ""),
        ("<style>never closed", ""),
        ("<b \"> visible", "visible"),
        ("<!DOCTYPE html><?xml?><html>x</html>", "x"),
        ("</>x<>y", "x<>y"),
        ("", ""),
    ],
)  # fmt: skip
def test_it_is_what_is_shown(html: str, text: str) -> None:
    assert text_of(html) == text


def test_a_number_of_thousands_of_digits_is_left_alone() -> None:
    assert text_of("&#" + "9" * 5000 + ";x").endswith("x")


def test_behind_very_many_tags_it_is_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_text, "MOST_TAGS", 3)
    assert text_of("<b>a<b>b<b>c<b>d") == "abc<b>d"


PIECES = st.sampled_from(
    ["<", ">", "/", "!", "--", "'", '"', "=", " ", "a", "p", "style", "&", ";", "#1", "\n", "é"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_raises(html: str) -> None:
    text = text_of(html)
    assert "\n\n" not in text
    assert text == text.strip()


@given(st.text(alphabet="ab \n", max_size=50))
def test_text_without_markup_stays(text: str) -> None:
    assert text_of(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        *(f"a&{name};b" for name in html_text._NAMED),
        *(
            "&amp;lt;",
            "&",
            "&&amp;",
            "a & b",
            "&#8217;&#x20AC;",
            *("&#127;", "&#128;", "&#129;", "&#149;", "&#x9F;", "&#160;"),
            "&#0;",
            "&#1_0;",
            "&#٣;",
        ),
        *("&eacute", "&notin;", "&foo;", "&#;", "&#x;", "&amp", "?a=1&copy=2", "&#1114112;", "&;"),
        *("?a=1&word=2", "&words;", "&notit;", "&frac123", "&" + "w" * 40 + ";", "&amp" + "w" * 40),
        *("AT&T here; you", "Q&A", "S&P 500;", "?x=1&l=SGO;", "&*;", "&l", "&lt", "x&1;", "&é;"),
    ],
)
def test_character_references_are_what_browsers_make_of_them(text: str) -> None:
    assert html_text._dereferenced(text) == html.unescape(text)
