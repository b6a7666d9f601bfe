"""Bodies and attachments, of whole and of broken messages."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildrop_py.message.parts import Attachment, read_parts

OCTETS = "application/octet-stream"


def multipart(*parts: bytes) -> bytes:
    start = b'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="cut"\n\n'
    return start + b"".join(b"--cut\n" + part + b"\n" for part in parts) + b"--cut--\n"


def test_a_plain_message_is_one_body() -> None:
    parts = read_parts(b"Subject: x\n\nhello\n")
    assert parts.bodies == ("hello\n",)
    assert parts.attachments == ()


def test_text_html_and_files_are_told_apart() -> None:
    parts = read_parts(
        multipart(
            b"Content-Type: text/plain\n\nhello",
            b"Content-Type: text/html\n\n<p>hello</p>",
            b"Content-Type: Application/PDF; name=a.pdf\n"
            b"Content-Disposition: attachment; filename=b.pdf\n"
            b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(b"%PDF" * 25),
            b"Content-Type: image/png\n\n12345",
        )
    )
    assert parts.bodies == ("hello", "hello")
    assert tuple(parts.texts(as_written=True)) == ("<p>hello</p>",)
    assert parts.attachments == (
        Attachment("b.pdf", "application/pdf", 136),
        Attachment("", "image/png", 5),
    )


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "euc-jp", "iso-2022-jp"])
@pytest.mark.parametrize("declared", ["", "us-ascii", "utf-8", "no-such", "iso-2022-jp"])
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_bodies_are_decoded_whatever_is_declared(
    charset: str, declared: str, encoding: str
) -> None:
    text = "会議は十時からです。\n"
    data = text.encode(charset)
    head = (
        f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: {encoding}\n\n"
    )
    body = base64.b64encode(data) if encoding == "base64" else data
    assert read_parts(head.encode() + body).bodies == (text,)


def test_quoted_printable_is_decoded() -> None:
    head = (
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    )
    assert read_parts(head + b"caf=C3=A9 a=\nb\n").bodies == ("café ab\n",)


@pytest.mark.parametrize(
    "disposition",
    [
        b"filename*=iso-2022-jp''%1B%24B2q5D%1B%28B.scr",
        b'filename="=?ISO-2022-JP?B?GyRCMnE1RBsoQi5zY3I=?="',
        b'filename="' + "会議.scr".encode("shift_jis") + b'"',
        b'filename="' + "会議.scr".encode() + b'"',
        b"filename*0*=utf-8''%E4%BC%9A;\n\tfilename*1*=%E8%AD%B0.scr",
    ],
)
def test_names_of_files_are_decoded(disposition: bytes) -> None:
    part = b"Content-Type: application/octet-stream\nContent-Disposition: attachment; "
    parts = read_parts(multipart(part + disposition + b"\n\nMZ"))
    assert parts.attachments == (Attachment("会議.scr", OCTETS, 2),)


def test_a_name_in_content_type_alone_is_found() -> None:
    parts = read_parts(multipart(b"Content-Type: application/octet-stream; name=a.pif\n\nMZ"))
    assert parts.attachments == (Attachment("a.pif", OCTETS, 2),)


def test_named_text_shown_inline_is_text_and_file() -> None:
    parts = read_parts(multipart(b"Content-Type: text/plain; name=notes.txt\n\nhello"))
    assert parts.bodies == ("hello",)
    assert parts.attachments == (Attachment("notes.txt", "text/plain", 5),)


def test_attached_text_is_no_body() -> None:
    parts = read_parts(multipart(b"Content-Disposition: attachment\n\nhello"))
    assert parts.bodies == ()
    assert parts.attachments == (Attachment("", "text/plain", 5),)


def test_a_returned_message_and_its_report_are_read() -> None:
    parts = read_parts(
        multipart(
            b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nStatus: 5.1.1\n",
            b"Content-Type: message/rfc822\n\nSubject: y\n\nreturned text",
        )
    )
    assert "Status: 5.1.1" in parts.bodies[0]
    assert parts.bodies[1] == "returned text"
    assert parts.attachments == ()


def test_an_attached_message_is_a_file_too() -> None:
    part = b"Content-Type: message/rfc822; name=mail.eml\n\nSubject: y\n\ninner"
    parts = read_parts(multipart(part))
    assert parts.bodies == ("inner",)
    assert [(a.name, a.type) for a in parts.attachments] == [("mail.eml", "message/rfc822")]


def test_a_from_line_does_not_matter() -> None:
    assert read_parts(b"From a@b  Mon Jan  1 00:00:00 2024\nA: b\n\nhello\n").bodies == ("hello\n",)


def test_a_multipart_without_boundary_is_text() -> None:
    parts = read_parts(b"Content-Type: multipart/mixed\n\nhello\n")
    assert parts.bodies == ("hello\n",)


def test_a_multipart_that_never_ends_is_read() -> None:
    parts = read_parts(multipart(b"Content-Type: text/plain\n\nhello")[:-9])
    assert parts.bodies == ("hello",)


def test_broken_base64_is_no_reason_to_lose_the_file() -> None:
    part = b"Content-Type: application/x-a; name=a.exe\nContent-Transfer-Encoding: base64\n\n%%%A"
    (attachment,) = read_parts(multipart(part)).attachments
    assert attachment.name == "a.exe"


def test_thousands_of_levels_hide_nothing() -> None:
    """Beyond the limit on levels, the rest is opaque; its text and file names count."""
    level = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'
    nested = b"".join(level % (at, at) for at in range(3_000))
    content = b"Subject: x\n" + nested + b"Content-Type: a/b; name=evil.scr\n\nclick here\n"
    parts = read_parts(content)
    assert any("click here" in body for body in parts.bodies)
    assert ("evil.scr", OCTETS) in [(file.name, file.type) for file in parts.attachments]


def test_nothing_is_said_about_odd_mail(capfd: pytest.CaptureFixture[str]) -> None:
    """Exim takes any output of a delivery command for a failure."""
    read_parts(multipart(b"Content-Type: text/x-odd\n\nhello", b"Content-Type: nonsense\n\nx"))
    assert capfd.readouterr() == ("", "")


LINES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/plain; charset=\xe9",
        b"Content-Type: \xff/\xfe; name*=''%",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: uuencode",
        b"Content-Disposition: attachment; filename=\x1b$B",
        b"--b",
        b"--b--",
        b"",
        b"begin 644 x",
        b"AAA=",
        b"\x00\xff",
    ]
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=25).map(b"\n".join))
def test_nothing_raises(content: bytes) -> None:
    for body in read_parts(content).bodies:
        body.encode()
