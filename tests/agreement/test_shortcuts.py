"""Each shortcut that saves time over many messages answers as the long way does."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import misspelt
from maildrop_py.evidence.borrowed_store import BorrowedStore
from maildrop_py.evidence.store import Store
from maildrop_py.message import (
    addresses,
    declaration,
    header_block,
    ip,
    parts,
    received,
    received_line,
)
from maildrop_py.message.headers import Headers
from maildrop_py.message.parameters import parameters
from maildrop_py.message.parts import read_parts
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
FIELDS = st.sampled_from(
    (
        *(b"Content-Type: text/plain\n", b"Content-Type: image/png; name=a.png\n", b"X: y\n"),
        *(b"Content-Disposition: attachment\n", b"Content-Type: text/html; NAME*0*=a\n"),
        *(b"Content-Disposition: inline; filename=b.exe\n", b"Content-Type: application/x\n"),
        *(b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n"),
        *(b"Content-Type: text/plain; n\x1b(Bame=a\n", b"Content-Type: text/plain; charset=x\n"),
    )
)


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


@given(st.lists(FIELDS, max_size=4).map(b"".join))
def test_a_name_is_looked_for_wherever_there_may_be_one(head: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = read_parts(head + b"\n").attachments
        declaration._remembered.clear()
        patch.setattr(declaration, "_may_have", lambda name, raws: True)
        assert read_parts(head + b"\n").attachments == found


@given(st.lists(st.lists(FIELDS, max_size=3).map(b"".join), min_size=1, max_size=4))
def test_what_fields_declared_before_they_declare_again(heads: list[bytes]) -> None:
    headers = [Headers(head + b"\n") for head in heads for _ in range(2)]
    together = [declaration.declaration(each, "text/plain") for each in headers]
    for each, found in zip(headers, together, strict=True):
        declaration._remembered.clear()
        assert declaration.declaration(each, "text/plain") == found


def test_what_a_message_has_for_itself_is_not_remembered() -> None:
    declaration._remembered.clear()
    for field in (b"text/plain; name=a", b"multipart/mixed; boundary=a", b"a/b; " + b"x" * 200):
        declaration.declaration(Headers(b"Content-Type: " + field + b"\n\n"), "text/plain")
    assert not declaration._remembered
    for number in range(declaration.MOST_REMEMBERED + 5):
        declaration.declaration(Headers(b"Content-Type: a/%d\n\n" % number), "text/plain")
    assert len(declaration._remembered) == 5


@given(st.binary(max_size=40).map(lambda raw: b"a; " + raw + b"=x"))
def test_no_name_is_missed_whatever_the_field_is_made_of(raw: bytes) -> None:
    found = parameters(raw)
    assert declaration._may_have(b"name", (raw,)) or not ({"name", "filename"} & found.keys())
    assert declaration._may_have(b"charset", (raw,)) or "charset" not in found


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


@given(st.lists(FIELDS, max_size=4).map(b"".join), st.binary(max_size=60))
def test_no_attachment_is_missed_by_looking_at_the_header_alone(head: bytes, body: bytes) -> None:
    content = head + b"\n" + body
    whole = read_parts(content)
    root = parts.Part(Headers(content), b"", 0, "text/plain")
    if not root.is_container:
        found = parts._attachments_of(whole._alone())
        assert list(read_parts(content).attachments) == found


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


PARTS = st.sampled_from(
    (
        *(
            b"\n--b\n",
            b"\n--b--\n",
            b"\n\n",
            b"\nContent-Type: text/plain\n",
            b"\ntext",
            b" ",
            b"\r",
        ),
        *(b"\nContent-Type: text/html;\n charset=x", b"\nContent-Type: image/png", b"\nFrom x\n"),
        *(b"\ncontent-disposition: inline", b"\nContent-Disposition: attachment", b"\r\n", b"\t"),
        *(b"; filename=a.exe", b"; NAME*0*=a", b"; na", b"me=a", b"=?utf-8?q?", b"\nX: name"),
        *(b"\nContent-Type: multipart/mixed; boundary=c\n", b"\n--c\n", b"\n--c--\n", b"\xe9"),
        *(b"\nContent-Type: message/rfc822\n", b"\nContent-Type: multipart/digest; boundary=b\n"),
        *(
            b"\nContent-Transfer-Encoding: base64\n",
            b"\n :",
            b"; n\x1b(Bame=a",
            b"(",
            b";",
            b"\r\n ",
        ),
        *(
            b"Content-Type: text/plain",
            b"\nContent-Type : a/b",
            b"\nContent-Type: message/x\n",
            b"/",
        ),
    )
)
MULTIPART = st.sampled_from(("mixed", "alternative", "digest", "report; name=a")).map(
    lambda kind: f"Content-Type: multipart/{kind}; boundary=b\n".encode()
)


@given(MULTIPART, st.lists(PARTS, max_size=14).map(b"".join))
def test_no_file_is_missed_where_a_multipart_shows_no_sign_of_one(top: bytes, body: bytes) -> None:
    sees_no_file_where_there_is_one(top + b"\n" + body)


def test_real_mail_shows_a_sign_of_each_file(shared: Path) -> None:
    files = [path for path in (shared / "corpora").rglob("*") if path.is_file()]
    for path in files:
        sees_no_file_where_there_is_one(path.read_bytes())


def sees_no_file_where_there_is_one(content: bytes) -> None:
    quickly, slowly = read_parts(content), read_parts(content)
    found = [one for part in slowly._parts() for one in parts._attachments_of(part)]
    assert list(quickly.attachments) == found or not slowly._declared.is_container
    assert quickly.cuts == slowly.cuts or not slowly._declared.is_container


def test_most_multiparts_of_texts_are_not_taken_apart() -> None:
    content = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\nx\n--b--\n"
    )
    for each in (content, content.replace(b"\n", b"\r\n")):
        whole = read_parts(each)
        assert whole.attachments == ()
        assert whole._read is None


def test_a_message_in_base64_in_a_digest_is_looked_into() -> None:
    inner = base64.b64encode(b"Content-Type: image/png; name=a.scr\n\nx\n")
    content = (
        b"Content-Type: multipart/digest; boundary=b\n\n--b\n"
        b"Content-Transfer-Encoding: base64\n\n" + inner + b"\n--b--\n"
    )
    assert [one.name for one in read_parts(content).attachments] == ["a.scr"]


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


CONTENT = st.sampled_from(
    (
        *(
            b"Content-Type: a/b\n",
            b"content-type\n : c/d\n",
            b"Content-Type : e/f\n\tg\n",
            b"X: y\n",
        ),
        *(
            b"Content-Disposition: inline\r\n",
            b"Content-Type\n",
            b" content-type: no\n",
            b"From a\n",
        ),
        *(b"Content-Transfer-Encoding: base64\n", b"Content-Type x: no\n", b"\n", b"\r", b": \n"),
        *(b"CONTENT-TYPE:\n", b"Content-Typed: no\n", b"Content-Type: g\n \n", b">From x\n"),
    )
)


@given(st.lists(CONTENT, max_size=8).map(b"".join))
def test_fields_of_content_are_found_by_one_search_as_all_fields_are(head: bytes) -> None:
    names = declaration._FIELDS
    block = header_block.HeaderBlock(head, is_cut=False)
    found, every = header_block._search_content(block), header_block._all_spans(block)
    assert [found.get(name) for name in names] == [every.get(name) for name in names]
