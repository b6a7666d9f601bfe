"""Each shortcut that saves time over many messages answers as the long way does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import misspelt
from maildrop_py.evidence.borrowed_store import BorrowedStore
from maildrop_py.evidence.store import Store
from maildrop_py.message import addresses, ip, received, received_line
from maildrop_py.message.headers import Headers
from maildrop_py.record import record
from maildrop_py.rules.conditions import mailing_list
from maildrop_py.rules.matching import pattern
from tests.support.rules_reading import asked, mail

PIECES = st.sampled_from(
    (
        *("from mx.example ", "(helo=x) ", "([192.0.2.1]) ", "(Authenticated sender: a) ", "by "),
        *("here ", "with ESMTPA ", "with SMTP ", "(AUTH: LOGIN) ", "auth=yes ", "(mail [::1]) "),
        *("id 1 ", "for <a@b> ", "; Mon", "(", ")", "(authenticated) ", "Auth ", "<a> ", "<", ">"),
        *("(a (b) c) ", '"q', "\\", "from", "  ", "\n ", "é", "<>", "(x;y)"),
    )
)
IDS = st.sampled_from(("id 77 ", "id by ", "id for ", "with ESMTP id a1 for <a@b> ", "(a) "))
WORDS = ("viagra", "casino", "pharmacy")
TEXTS = st.lists(
    st.sampled_from(["Viagra", "v1agra", "Viagara", "casin0", "casio", "V i a g r a", "farmacy"])
    | st.text(max_size=8),
    max_size=6,
).map(" ".join)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(0, 2))
def test_words_judged_before_are_judged_alike(texts: list[str], distance: int) -> None:
    misspelt._spellers.clear()
    together = [misspelt.find(text, WORDS, distance, ("casio",)) for text in texts]
    for text, found in zip(texts, together, strict=True):
        misspelt._spellers.clear()
        assert misspelt.find(text, WORDS, distance, ("casio",)) == found


def test_rules_with_other_words_do_not_share_what_was_judged() -> None:
    assert misspelt.find("v1agra", ("viagra",)) is not None
    assert misspelt.find("v1agra", ("casino",)) is None
    assert misspelt.find("Viagara", ("viagra",), 0) is None
    assert misspelt.find("Viagara", ("viagra",), 1) is not None
    assert misspelt.find("Viagara", ("viagra",), 1, ("viagara",)) is None


@given(st.lists(PIECES, max_size=12).map("".join))
def test_lines_without_a_word_of_a_login_are_read_like_all(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = received.parse(line)
        plain = received._is_authenticated
        patch.setattr(
            received,
            "_is_authenticated",
            lambda origin, rest, kind, _: plain(origin, rest, kind, True),
        )
        assert received.parse(line) == found


@given(st.lists(PIECES, max_size=12).map("".join) | st.text('()<>;"\\ \0ab', max_size=12))
def test_words_found_by_one_expression_are_those_found_step_by_step(line: str) -> None:
    line = " ".join(line.split())
    with pytest.MonkeyPatch.context() as patch:
        found = received_line.tokens_of(line)
        patch.setattr(received_line, "_plain_tokens", lambda value: None)
        assert received_line.tokens_of(line) == found


@given(st.lists(PIECES | IDS, max_size=12).map("".join))
def test_lines_without_id_and_date_say_the_same(line: str) -> None:
    line = " ".join(f"{line}; Mon, 1 Jan 2024 00:00:00 +0000 (UTC)".split())
    assert received.parse(line) == received._read(line)


def words_of(text: str) -> list[str]:
    """Every word as it is written, words inside others, and letters set apart."""
    found: list[str] = []
    letters: list[str] = []
    for piece in [*text.split(), ""]:
        core = misspelt._core(piece)
        if len(core) == 1:
            letters.append(core)
            continue
        found += [" ".join(letters)] * (len(letters) > 2) + misspelt._words_in(core)
        letters = []
    return found


@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(0, 2))
def test_words_ruled_out_by_their_first_letter_are_none(texts: list[str], distance: int) -> None:
    misspelt._spellers.clear()
    for text in texts:
        found = misspelt.find(text, WORDS, distance)
        altered = [
            word
            for written in words_of(text)
            for word in WORDS
            if (shape := misspelt._Shape(written)).plain not in WORDS
            and (
                shape.outline == misspelt._Shape(word).outline
                or misspelt._is_altered(shape, misspelt._Shape(word), distance)
            )
        ]
        assert (found.word if found else None) == (altered[0] if altered else None)


@given(st.lists(st.sampled_from(["a@b", "A <a@b>", "x, y@z", '"q" <c@d>', "g: h@i;"]), min_size=2))
def test_addresses_read_before_are_read_alike(values: list[str]) -> None:
    addresses._read.clear()
    kept = [addresses.parse(value) for value in values]
    kept[0].clear()  # what one reader does with them is nothing to the next
    for value in values:
        again = addresses.parse(value)
        addresses._read.clear()
        assert addresses.parse(value) == again


@given(
    st.lists(st.sampled_from(["List-Id: <a>", "X-ML-Name: b", "To: c", "x-beenthere : d", "E: f"]))
)
def test_a_mailing_list_is_seen_by_names_as_by_fields(lines: list[str]) -> None:
    headers = Headers("\n".join([*lines, "", ""]).encode())
    found = any(headers.all(name) for name in mailing_list.LIST_HEADERS)
    assert headers.may_have(mailing_list._NAMES) or not found


def test_a_borrowed_store_tells_what_is_not_there(tmp_path: Path) -> None:
    store = BorrowedStore(str(tmp_path / "evidence"))
    (tmp_path / "contacts").touch()
    assert store.lacks(str(tmp_path / "others"))
    assert not store.lacks(str(tmp_path / "contacts"))
    assert not Store(str(tmp_path / "evidence")).lacks(str(tmp_path / "others"))


@given(st.text("0123456789.:[]abfIPv ", max_size=20))
def test_an_address_read_before_is_read_alike(text: str) -> None:
    assert ip.parse(text) == ip.parse(text) == (ip._parse(text) if text else None)


@record
class Three:
    """A record with defaults."""

    one: int
    two: str = "b"
    three: str = "c"


def test_records_made_by_names_alone_are_those_made_by_place() -> None:
    assert Three(one=1) == Three(1) == Three(1, "b", "c")
    assert Three(three="d", one=1) == Three(1, "b", "d")
    for wrong in ({}, {"two": "x"}, {"one": 1, "four": 4}, {"two": "x", "four": 4, "three": "y"}):
        with pytest.raises(TypeError):
            Three(**wrong)  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(["<a.b>", "A <x>", "x", "", "a" * 120, "A <a.b"]), max_size=6))
def test_what_was_found_in_a_text_before_is_found_again(texts: list[str]) -> None:
    pattern._found.clear()
    for expression in (r"(?P<one>\w+)\.", "^a", r"(?P<inner_>x)"):
        for text in texts:
            assert pattern.search(expression, text) == pattern._search(expression, text)
    assert all(len(text) <= pattern._SHORT for _, text in pattern._found)


LINES = st.sampled_from(
    (
        *("Precedence: bulk", "precedence : list", " Precedence: junk", "X: y", "PRECEDENCE: list"),
        *("Auto-Submitted: auto-replied", "Auto-submitted: no", "X-Autoreply: yes", "From a\n"),
        *("Precedence: auto_reply", "From x Precedence: bulk", "X-Autorespond:", "\r", ">From x"),
    )
)


@pytest.mark.parametrize("name", ["bulk", "auto_submitted", "bounce"])
@given(lines=st.lists(LINES, max_size=6), end=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]))
def test_a_condition_refuses_at_one_look_what_it_refuses_when_it_explains(
    name: str, lines: list[str], end: str
) -> None:
    head = end.join([*lines, "", ""])
    message = mail(head)
    assert message.headers.may_have(frozenset()) is False  # all names are known now
    quickly = asked(f"{{{name}: true}}", message).held
    assert quickly == asked(f"{{{name}: true}}", head.encode(), explaining=True).held
