"""Each shortcut past the parts of a message answers as the long way through them does."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message import declaration, header_block, parts
from maildrop_py.message.headers import Headers
from maildrop_py.message.parameters import parameters
from maildrop_py.message.parts import read_parts

FIELDS = st.sampled_from(
    (
        *(b"Content-Type: text/plain\n", b"Content-Type: image/png; name=a.png\n", b"X: y\n"),
        *(b"Content-Disposition: attachment\n", b"Content-Type: text/html; NAME*0*=a\n"),
        *(b"Content-Disposition: inline; filename=b.exe\n", b"Content-Type: application/x\n"),
        *(b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n"),
        *(b"Content-Type: text/plain; n\x1b(Bame=a\n", b"Content-Type: text/plain; charset=x\n"),
    )
)


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


@given(st.lists(FIELDS, max_size=4).map(b"".join), st.binary(max_size=60))
def test_no_attachment_is_missed_by_looking_at_the_header_alone(head: bytes, body: bytes) -> None:
    content = head + b"\n" + body
    whole = read_parts(content)
    root = parts.Part(Headers(content), b"", 0, "text/plain")
    if not root.is_container:
        found = parts._attachments_of(whole._alone())
        assert list(read_parts(content).attachments) == found


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
