"""mail_bombs: messages made to cost whoever takes them apart more than they are long.

Each shape grows to any size. `work` does what rules over parts do: the names of
attachments, and every text, as a reader sees it and as it is written.
"""

from __future__ import annotations

from collections.abc import Callable

from maildrop_py.message.message import Message
from maildrop_py.message.parts import Parts
from maildrop_py.message.source import BytesSource

HEAD = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
PART = MIXED + b"--b\n"


def work(data: bytes) -> Parts:
    """Read all that rules may ask of the parts."""
    parts = Message(BytesSource(data)).parts
    assert all(isinstance(one.name, str) for one in parts.attachments)
    for as_written in (False, True):
        for text in parts.texts(as_written):
            text.encode()
    return parts


def _levels(depth: int, more: bytes = b"") -> bytes:
    """`depth` multiparts, each in the one before."""
    level = b'Content-Type: multipart/mixed; boundary="=_%d"\n%s\n--=_%d\n'
    return HEAD + b"".join(level % (at, more, at) for at in range(depth)) + b"\n"


def _filled(before: bytes, piece: bytes, behind: bytes = b"\n") -> Callable[[int], bytes]:
    def shape(size: int) -> bytes:
        return before + piece * ((size - len(before)) // len(piece)) + behind

    return shape


def _encoded_again(size: int) -> bytes:
    """A message in base64 in a message in base64, and so on."""
    from base64 import b64encode

    data = b"Subject: x\n\n" + b"text\n" * (size // 20)
    inner = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    while len(data) < size * 2 // 3:
        data = inner + b64encode(data)
    return HEAD + data


def _numbered(before: bytes, piece: bytes) -> Callable[[int], bytes]:
    def shape(size: int) -> bytes:
        number = size // (len(piece) + 4)
        return before + b"".join(piece % at for at in range(number)) + b"\n\nx\n"

    return shape


SHAPES: dict[str, Callable[[int], bytes]] = {
    "nested 30": _filled(_levels(30), b"x" * 76 + b"\n"),
    "nested 300": _filled(_levels(300), b"a\n"),
    "nested, line ends": _filled(_levels(300), b"\n"),
    "nested, attached": _filled(
        _levels(300, b"Content-Disposition: attachment; filename=x\n"), b"x" * 76 + b"\n"
    ),
    "nested without end": lambda size: _levels(size // 70),
    "nested messages": _filled(HEAD, b"Content-Type: message/rfc822\n\n"),
    "nested encodings": _encoded_again,
    "parts": _filled(MIXED, b"--b\n\na\n"),
    "empty parts": _filled(MIXED, b"--b\n"),
    "closed parts": _filled(MIXED, b"--b--\n"),
    "digest": _filled(
        HEAD + b"Content-Type: multipart/digest; boundary=b\n\n", b"--b\n\nA: b\n\nc\n"
    ),
    "multiparts": _filled(MIXED, b"--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n"),
    "short lines": _filled(HEAD + b"\n", b"a\n"),
    "line ends": _filled(HEAD + b"\n", b"\n"),
    "CR": _filled(HEAD + b"\n", b"\r"),
    "header lines of a part": _numbered(PART, b"X-%d: y\n"),
    "a header line without end": _filled(PART + b"Content-Type: ", b"x"),
    "folded lines": _filled(PART + b"Content-Type: text/plain", b"\n ;"),
    "parameters": _filled(PART + b"Content-Type: text/plain", b"; a=b"),
    "parameters of the message": _filled(HEAD + b"Content-Type: text/plain", b"; name=b"),
    "quotes": _filled(PART + b'Content-Type: text/plain; name="', b'\\"'),
    "comments": _filled(PART + b"Content-Type: ", b"("),
    "RFC 2047": _filled(PART + b'Content-Disposition: x; filename="', b"=?utf-8?q?a?= "),
    "RFC 2231": _numbered(PART + b"Content-Disposition: x", b"; filename*%d*=utf-8''%%41"),
    "names": _filled(PART, b"Content-Disposition: attachment; filename=x\n"),
    "boundaries alike": _filled(
        HEAD + b'Content-Type: multipart/mixed; boundary="' + b"a" * 900 + b'"\n\n',
        b"--" + b"a" * 899 + b"\n",
    ),
    "a boundary almost": _filled(MIXED, b"--c\n"),
    "one boundary for all": _filled(MIXED, b"--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
    "base64": _filled(HEAD + b"Content-Transfer-Encoding: base64\n\n", b"QUFB" * 19 + b"\n"),
    "padding": _filled(HEAD + b"Content-Transfer-Encoding: base64\n\n", b"QQ=="),
    "quoted-printable": _filled(
        HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n", b"=41" * 25 + b"\n"
    ),
    "blanks": _filled(HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n", b" = \t \n"),
    "uuencode": _filled(HEAD + b"Content-Transfer-Encoding: uuencode\n\n", b"#0V%T\n"),
    "ISO-2022-JP": _filled(
        HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n", b'\x1b$B$"\x1b(B'
    ),
    "8 bit": _filled(HEAD + b"\n", b"\x81\xfe\x8f\xa1\n"),
    "combining marks": _filled(HEAD + b"\n", "\u0323\u0301\u0327".encode()),
    "UTF-7": _filled(HEAD + b"Content-Type: text/plain; charset=utf-7\n\n", b"+AGE-"),
    "tags": _filled(HEAD + b"Content-Type: text/html\n\n", b"<p>a"),
    "open tags": _filled(HEAD + b"Content-Type: text/html\n\n", b"<a "),
    "open quotes": _filled(HEAD + b"Content-Type: text/html\n\n", b"<a b='\">"),
    "styles": _filled(HEAD + b"Content-Type: text/html\n\n", b"<style></x>"),
    "comments of HTML": _filled(HEAD + b"Content-Type: text/html\n\n", b"<!--"),
    "references": _filled(HEAD + b"Content-Type: text/html\n\n", b"&ampamp;&#1"),
}
