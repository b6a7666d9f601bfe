"""Bodies and attachments, of whole and of broken messages."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildrop_py.message.headers import Headers
from maildrop_py.message.parts import Attachment, Parts, read_parts

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


ATTACHED = b"Content-Type: a/b\nContent-Disposition: attachment; filename=a.exe\n"
EVIL = b"--cut\n" + ATTACHED + b"\nMZ\n--cut--\n"


@pytest.mark.parametrize(
    "head",
    [
        b"X-Mailer : x\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b"no colon here\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b"Subject: x\n>From y\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b": x\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b"\n\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b" first\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b"Content-Type : multipart/mixed; boundary=cut\n\n",
        b"Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=cut\n\n",
        b"Content-Type: multipart/mixed; (it is) boundary=cut\n\n",
        b"Content-Type: (mail) multipart/mixed; boundary=cut\n\n",
        b"Content-Type: multipart / mixed; boundary=cut\n\n",
        b"Content-Type: multipart/mixed\n\t;\n\tboundary = \"cut\"\n\n",
        b"Content-Type: MULTIPART/MIXED; BOUNDARY=cut\n\n",
        b"Content-Type: multipart/mixed; boundary=cut (comment)\n\n",
        b"Content-Type: multipart/mixed; boundary*0=c; boundary*1=ut\n\n",
        b"Content-Type: multipart/mixed; boundary=cut\nContent-Transfer-Encoding: base64\n\n",
        b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=cut\n\npreamble\n",
        b"Content-Type: multipart/mixed; boundary=cut\n\n--cut--\n",
        b"Content-Type: multipart/mixed; boundary=cut\n\n--cut\nheader: only\n",
        b"Content-Type: multipart/mixed; boundary=out\n\n--out\n"
        b"Content-Type: multipart/mixed; boundary=cut\n\n",
        b"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=cut\n\n",
    ],
)  # fmt: skip
def test_no_odd_line_hides_an_attachment(head: bytes) -> None:
    assert "a.exe" in [file.name for file in read_parts(head + EVIL).attachments]


@pytest.mark.parametrize(
    "behind", [b"--cut \n", b"--cut\t\r\n", b"--cut trailing words\n", b"--cut\r\n"]
)
def test_what_is_behind_a_boundary_in_its_line_does_not_matter(behind: bytes) -> None:
    start = b"Content-Type: multipart/mixed; boundary=cut\n\n--cut\n\ntext\n"
    assert [f.name for f in read_parts(start + behind + ATTACHED + b"\nMZ\n").attachments] == [
        "a.exe"
    ]


@pytest.mark.parametrize(
    "encoding",
    [b"base64", b"BASE64 ", b"base64 (as usual)", b"quoted-printable", b"x-uuencode", b"7bit"],
)
@pytest.mark.parametrize("kind", [b"message/rfc822", b"message/global", b"message/partial"])
def test_an_attachment_in_an_encoded_message_in_the_message_is_seen(
    kind: bytes, encoding: bytes
) -> None:
    inner = b"Subject: in\nContent-Type: multipart/mixed; boundary=in\n\n"
    inner += EVIL.replace(b"cut", b"in")
    if encoding.lower().startswith(b"base64"):
        inner = base64.encodebytes(inner)
    elif encoding == b"quoted-printable":
        inner = inner.replace(b"=", b"=3D").replace(b"attachment", b"attach=\nment")
    elif encoding == b"x-uuencode":
        lines = [binascii.b2a_uu(inner[at : at + 45]) for at in range(0, len(inner), 45)]
        inner = b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"
    part = b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: " + encoding + b"\n\n" + inner
    assert "a.exe" in [file.name for file in read_parts(multipart(part)).attachments]


def test_a_message_twice_encoded_is_read() -> None:
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    inner = b"Content-Type: multipart/mixed; boundary=cut\n\n" + EVIL
    twice = head + base64.encodebytes(head + base64.encodebytes(inner))
    assert [file.name for file in read_parts(twice).attachments] == ["a.exe"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (
            b"Content-Type: text/plain\nContent-Disposition: attachment; filename=evil.exe",
            "evil.exe",
        ),
        (b"Content-Disposition: attachment; filename=evil.exe", "evil.exe"),
        (b"Content-Type: application/octet-stream name=evil.exe", "evil.exe"),
        (b"Content-Disposition: inline\nContent-Disposition: attachment; filename=e.exe", "e.exe"),
        (b"Content-Disposition: attachment filename=evil.exe", "evil.exe"),
        (b"Content-Type: application/x-a; name*=utf-8''evil%2Eexe", "evil.exe"),
        (b"Content-Type: multipart/mixed; name=evil.exe", "evil.exe"),
    ],
)
def test_the_name_of_a_message_that_is_one_file_is_found(head: bytes, name: str) -> None:
    """Nothing but the header is read for it."""

    def nobody_reads(most: int) -> bytes:
        raise AssertionError

    headers = Headers(head + b"\n\n")
    is_container = b"multipart" in head
    parts = Parts(
        headers, (lambda most: head + b"\n\nMZ") if is_container else nobody_reads, lambda: 99
    )
    assert [file.name for file in parts.attachments] == [name]


def test_the_text_of_a_part_without_header_is_text() -> None:
    parts = read_parts(multipart(b"I have no header at all", b"\nneither have I", b"A: b\n\nbody"))
    assert parts.bodies == ("I have no header at all", "neither have I", "body")


def test_text_in_a_header_that_never_ends_is_text() -> None:
    assert read_parts(b"Subject: x\nthis is no field\nnor this\n").bodies == (
        "this is no field\nnor this\n",
    )


def test_cr_alone_ends_lines_where_it_does_so_in_the_header() -> None:
    data = (b"Content-Type: multipart/mixed; boundary=cut\n\n--cut\n\ntext\n" + EVIL).replace(
        b"\n", b"\r"
    )
    parts = read_parts(data)
    assert (parts.bodies, [file.name for file in parts.attachments]) == (("text",), ["a.exe"])
