"""parsing: header blocks, encoded words, addresses and Received lines from anybody."""

from __future__ import annotations

import ipaddress

from maildrop_py.message import addresses, encoded_words, received
from maildrop_py.message.headers import Headers
from maildrop_py.message.message import Message
from maildrop_py.message.parameters import parameters
from maildrop_py.message.source import BytesSource
from maildrop_py.message.spam import verdict
from tests.faults.hostile.target import Target

NAMES = ("Subject", "From", "To", "Received", "Content-Type", "X-Spam-Status", "List-Id")


def is_clean(text: str) -> bool:
    """No line end or other control character, and nothing that UTF-8 cannot hold."""
    text.encode()
    return not any(c < " " or "\x7f" <= c <= "\x9f" for c in text)


def header(data: bytes) -> None:
    """Fields lie one behind the other, say what they say, and can be cut out."""
    headers = Headers(data)
    by_name: dict[bytes, set[tuple[int, int]]] = {}
    end = 0
    for field in headers.fields:
        assert end <= field.span[0] < field.span[1] <= len(data), field.span
        end = field.span[1]
        assert b"\n" not in field.raw
        assert is_clean(field.value), field.value
        name = field.name.encode("latin-1").lower()  # of letters beyond ASCII, case matters
        if name not in by_name:
            by_name[name] = {same.span for same in headers.all(field.name)}
        assert field.span in by_name[name], field.name
    for known in NAMES:
        cut = _without(data, [field.span for field in headers.all(known)])
        assert not headers.all(known) or len(cut) < len(data)
    verdict(headers, lambda: len(data) // 2)
    assert isinstance(headers.unfolded, bytes)


def _without(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    kept, at = [], 0
    for start, end in spans:
        kept.append(data[at:start])
        at = end
    return b"".join((*kept, data[at:]))


def value(data: bytes) -> None:
    """A value decodes to clean text, whatever charsets it claims."""
    charset, _, raw = data.rpartition(b"\xff\xfe")
    assert is_clean(encoded_words.decode_value(raw.replace(b"\n", b""), str(charset, "latin-1")))
    for name, text in parameters(raw, str(charset, "latin-1")).items():
        assert is_clean(name + text)


def address_list(data: bytes) -> None:
    """Addresses are clean text, and not more of them than there could be."""
    found = addresses.parse(str(data, "utf-8", "replace"))
    assert all(is_clean(one.display + one.text) for one in found)
    assert len(found) <= len(data) + 1


def received_line(data: bytes) -> None:
    """A hop's address is an address, and its texts are clean."""
    hop = received.parse(str(data, "latin-1"))
    if hop is not None:
        assert not hop.address or ipaddress.ip_address(hop.address)
        assert "\n" not in hop.helo + hop.name + hop.by + hop.recipient + hop.protocol


MULTIPART = b"Content-Type: multipart/mixed; boundary=b\n\n"


def message_parts(data: bytes) -> None:
    """Parts are inside the message, their names clean, their texts text."""
    parts = Message(BytesSource(MULTIPART + data)).parts
    for one in parts.attachments:
        assert is_clean(one.name + one.type)
        assert one.size <= 2 * len(MULTIPART + data)
    for as_written in (False, True):
        for text in parts.texts(as_written):
            text.encode()


TARGETS = (
    Target(
        "header",
        header,
        (
            *(
                b"\n",
                b"\r\n",
                b"\r",
                b"\n ",
                b"\n\t",
                b":",
                b": ",
                b"\0",
                b"\xff",
                b"From a ",
                b">",
            ),
            *(f"{name}: ".encode() for name in NAMES),
            *(b"=?utf-8?q?", b"=?iso-2022-jp?b?", b"?=", b"\x1b$B", b"charset=", b"Yes, score=5"),
        ),
        growing=(
            b"A:b\n",
            b"\n ",
            b" ",
            b"\r",
            b"a",
            b":",
            b"\r\n",
            b"X-Spam-Status: score=\n",
            b"=?utf-8?q?=?=",
            b"\0",
        ),
        before=b"Subject: ",
    ),
    Target(
        "value",
        value,
        (
            *(
                b"=?utf-8?q?",
                b"=?utf-8?b?",
                b"=?x?q?",
                b"=?iso-2022-jp?b?GyRC?=",
                b"?=",
                b" ",
                b"_",
            ),
            *(
                b"\x1b$B",
                b"\x1b(B",
                b"\x1b$(D",
                b"\x82\xa0",
                b"\xa4\xa2",
                b"\xe3\x81\x82",
                b"=ED=A0",
            ),
            *(b"; name*0*=utf-8''", b"; name*1=", b'"', b"\\", b"%e3", b"utf-7\xff\xfe", b"+2AA-"),
        ),
        growing=(
            b"=?utf-8?q?a?= ",
            b"=?utf-8?b?YQ==?=",
            b"=?",
            b"=?utf-8?q?",
            b"?=",
            b"\x1b$B",
            b"\xa4\xa2",
            b"; a=b",
            b"; a*0=b",
            b'"',
            b"\\",
            b"=?iso-2022-jp?b?GyRCJCI=?=\t",
        ),
    ),
    Target(
        "addresses",
        address_list,
        (
            *(b"<", b">", b"@", b",", b";", b":", b'"', b"(", b")", b"\\", b"[", b"]", b" ", b"\n"),
            *(b"a@b.c", b"group: ", b"=?utf-8?q?=2C?=", b"\xe3\x81\x82", b"\0", b"a.b"),
        ),
        growing=(
            b"a@b, ",
            b"<",
            b">",
            b"(",
            b"()",
            b'"',
            b"\\",
            b"g:",
            b";",
            b"a ",
            b"=?utf-8?q?a?= ",
            b"@",
            b"[",
            b",",
            b"<a@b",
            b'"a" ',
        ),
    ),
    Target(
        "received",
        received_line,
        (
            *(
                b"from ",
                b"by ",
                b"with ",
                b"for ",
                b"id ",
                b"via ",
                b"(",
                b")",
                b"[",
                b"]",
                b";",
                b"<",
            ),
            *(b">", b"192.0.2.1", b"IPv6:2001:db8::1", b"helo=", b"HELO ", b"unknown", b"\\", b'"'),
            *(
                b"mx.example.org ",
                b"ESMTPSA",
                b"authenticated ",
                b"::ffff:",
                b":25",
                b"%eth0",
                b"@",
            ),
        ),
        growing=(
            b"(",
            b")",
            b"()",
            b"from ",
            b"by ",
            b"for <",
            b"<",
            b'"',
            b"\\",
            b"[",
            b"a ",
            b";",
            b"by mx (",
            b"1.",
            b":",
        ),
        before=b"from a (b [192.0.2.1]) by mx ",
    ),
    Target(
        "parts",
        message_parts,
        (
            *(b"--b\n", b"--b--\n", b"--c\n", b"--", b"\n", b"\r\n", b"\r", b" "),
            *(MULTIPART, MULTIPART.replace(b"=b", b"=c"), b"Content-Type: message/rfc822\n\n"),
            *(b"Content-Type: text/html\n", b"Content-Transfer-Encoding: base64\n", b"QUFB"),
            *(b"Content-Transfer-Encoding: quoted-printable\n", b"=3D", b"=\n", b"; name=a.exe"),
            *(b"Content-Disposition: attachment; filename*=''", b"<p>", b"<!--", b"&amp;", b'"'),
        ),
        growing=(
            b"--b\n",
            b"--b\n\n",
            b"--b--\n",
            b"--c\n",
            b"--b\n" + MULTIPART,
            b"--b\n" + MULTIPART.replace(b"=b", b"=c") + b"--c\n",
            b"--b\nContent-Type: message/rfc822\n\n",
            b"\n",
        ),
    ),
)
