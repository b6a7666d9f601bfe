"""The screen for pages of HTML: never a page left out whose text has one of the words."""

from __future__ import annotations

from html.entities import html5
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maildrop_py.message.html_text import INVISIBLE, text_of
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.rules.matching import html_screen
from maildrop_py.rules.matching.html_screen import may_show, screen_of

WORD = "viagra"
PIECES = st.sampled_from(
    (
        *("v", "via", "viagra", "gra", "i", "a", "agra", "VIA", "GRA", "ſ", "\u212a", "ﬁ"),
        *("<b>", "</b>", "<", ">", "<i", "<!--", "-->", "<p>", " ", "\n", "<pre>", "</pre>", "/"),
        *("<script>", "</script>", "<style>", '<img alt="via', 'gra">', '"', "<img alt=via>", "'"),
        *("&shy;", "&shy", "&#105;", "&#x61", "&amp;", "&nbsp;", "&ZeroWidthSpace;", "&", ";"),
        *("\u00ad", "\u200b", "\r", "<a href='>'>", '<a title="<', "<?", "<!x>", "&lt;", "x"),
    )
)


@pytest.fixture(autouse=True)
def _many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_screen, "_pages", 100)


@given(st.lists(PIECES, max_size=16).map("".join))
@example("v<b title='>'></b>ia<!-- > -->gra")
@example("vi&shyagra")
def test_no_page_is_left_out_that_shows_the_word(html: str) -> None:
    assert WORD not in text_of(html).casefold() or may_show(screen_of([WORD]), html)


@given(
    st.lists(st.sampled_from(["fi", "ﬁ", "n", "N", "d", "&filig;", "<b>", "ſ", "\u200b", "s", "ß"]))
)
def test_letters_that_fold_into_others_are_seen(pieces: list[str]) -> None:
    html = "".join(pieces)
    for word in ("find", "finds", "finss"):
        assert word not in text_of(html).casefold() or may_show(screen_of([word]), html)


@pytest.mark.parametrize("sign", INVISIBLE)
def test_signs_that_nobody_sees_break_no_word(sign: str) -> None:
    assert may_show(screen_of(["viagra"]), f"vi<b>{sign}</b>{sign}agra")


def test_every_reference_that_may_stand_for_a_letter_is_seen() -> None:
    screen, seen = screen_of(["zzz"]), 0
    numbers = [f"#{number}" for number in range(11_000)] + ["#64257", "#x69", "#X49", "#065"]
    for name in (*html5, *numbers, *(f"{number};" for number in numbers)):
        shown = text_of(f"<b>-&{name}-").casefold()
        if shown == "--" or any(each.isascii() and each.isalnum() for each in shown):
            assert may_show(screen, f"-&{name}-"), name
            seen += 1
    assert seen > 150
    assert not may_show(screen, "&nbsp;&amp;&#39;&#160;&#8217;&#8230;?a=1&b=2&quot;")


def test_real_pages_without_the_words_are_passed_over(shared: Path) -> None:
    screen = screen_of(["unsubscribe", "viagra"])
    passed = pages = 0
    for path in sorted((shared / "corpora" / "spamassassin").rglob("*"))[::7]:
        for html in Message(FileSource(str(path))).parts.texts(True) if path.is_file() else ():
            text = text_of(html).casefold()
            has = "unsubscribe" in text or "viagra" in text
            shown = may_show(screen, html)
            assert shown or not has, path
            pages, passed = pages + 1, passed + (not shown)
    assert passed > pages / 2 > 20


@pytest.mark.parametrize(
    ("literals", "has_one"),
    [
        (("unsubscribe",), True),
        (("un-subscribe", "stop it"), True),
        (("in",), False),  # too short: most pages would match
        (("viagra", "¥1"), False),
        (("配信停止",), False),
        ((), False),
        (("a" * 101,), False),
    ],
)
def test_only_some_literals_can_be_screened(literals: tuple[str, ...], has_one: bool) -> None:
    assert bool(screen_of(literals)) == has_one


def test_one_delivery_does_not_load_the_engine_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_screen, "_pages", 0)
    monkeypatch.setattr(html_screen, "compiled", None)
    assert may_show(screen_of(["viagra"]), "nothing")
