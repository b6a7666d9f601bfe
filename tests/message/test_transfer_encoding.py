"""Transfer encodings as mail has them, right and wrong."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.transfer_encoding import (
    decoded,
    encoding_named,
    seems_encoded,
    without_comments,
)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"base64", "base64"),
        (b"BASE64 ", "base64"),
        (b"\tbase64\t", "base64"),
        (b'"base64"', "base64"),
        (b"base64; charset=utf-8", "base64"),
        (b"(a comment) base64 (another (inside))", "base64"),
        (b"base64 or so", "base64"),
        (b"Quoted-Printable ", "quoted-printable"),
        (b"x-uuencode", "x-uuencode"),
        (b"8bit", ""),
        (b"7bit (really)", ""),
        (b"", ""),
        (b"(base64", ""),
        (b"\xff", ""),
    ],
)
def test_names_are_read_as_programs_write_them(raw: bytes, name: str) -> None:
    assert encoding_named(raw) == name


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"a(b)c", b"a c"),
        (b"a (b (c)) d", b"a  d"),
        (b"a (b", b"a (b"),
        (b"a) b", b"a) b"),
    ],
)
def test_comments_are_left_out(raw: bytes, kept: bytes) -> None:
    assert b" ".join(without_comments(raw).split()) == b" ".join(kept.split())


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"SGVsbG8=\n", b"Hello"),
        (b"SGVsbG8", b"Hello"),
        (b"SGVsbG8==", b"Hello"),
        (b"SGVs\nbG8=\r\n", b"Hello"),
        (b"SGVsbG8=\nIHdvcmxk\n", b"Hello world"),
        (b"SGVsbG8=IHdvcmxk", b"Hello world"),
        (b"SGVsbG8=\nIHc=\nb3JsZA==\n", b"Hello world"),
        (b"SGVsbG8gd29ybGQA", b"Hello world\0"),
        (b"SGVsbG8gd29ybGQhA", b"Hello world!"),
        (b"S.G.V.s!bG8=", b"Hello"),
        (b"SGVsbG8=\n_____\nA list's footer, see http://example.org/\n", None),
        (b"SGVsbG8= ignored", b"Hello ignored"),
        (b"====", b""),
        (b"A", b""),
        (b"", b""),
    ],
)
def test_base64_is_read_as_far_as_it_can_be(data: bytes, content: bytes | None) -> None:
    found = decoded(data, "base64")
    if content is None:
        assert found.startswith(b"Hello")
        assert b"http://example.org/" in found
    else:
        assert found == content


@given(st.binary(max_size=200), st.integers(1, 80))
def test_base64_agrees_with_pythons(content: bytes, width: int) -> None:
    letters = base64.b64encode(content)
    lines = b"\r\n".join(letters[at : at + width] for at in range(0, len(letters), width))
    assert decoded(lines, "base64") == content


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_pieces_each_with_padding_are_all_read(pieces: list[bytes]) -> None:
    data = b"\n".join(base64.b64encode(piece) for piece in pieces)
    assert decoded(data, "base64") == b"".join(pieces)


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"caf=C3=A9 a=\nb\n", b"caf\xc3\xa9 ab\n"),
        (b"caf=c3=a9", b"caf\xc3\xa9"),
        (b"a=  \nb", b"ab"),
        (b"a=\t\r\nb", b"ab"),
        (b"a=\r\nb", b"ab"),
        (b"blanks  \nat the end\t\n", b"blanks\nat the end\n"),
        (b"a=zz=", b"a=zz="),
        (b"100% = all", b"100% = all"),
    ],
)
def test_quoted_printable_is_read_as_far_as_it_can_be(data: bytes, content: bytes) -> None:
    assert decoded(data, "quoted-printable").rstrip(b"=") == content.rstrip(b"=")


@given(st.binary(max_size=300))
def test_quoted_printable_agrees_with_pythons(content: bytes) -> None:
    """But for a CR alone, which ends no line of mail and which Python leaves as it is."""
    data = quopri.encodestring(content.replace(b"\r", b""))
    assert decoded(data, "quoted-printable") == quopri.decodestring(data)


@given(st.binary(max_size=300))
def test_uuencoded_lines_are_read(content: bytes) -> None:
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    data = b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"
    assert decoded(data, "x-uuencode") == content


@given(st.binary(max_size=100), st.sampled_from(["base64", "quoted-printable", "uuencode", ""]))
def test_nothing_raises(data: bytes, encoding: str) -> None:
    decoded(data, encoding)
    seems_encoded(data, 0, encoding)
