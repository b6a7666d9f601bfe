"""What lies in the Maildir reads as it was decided about, however odd its first lines are."""

from __future__ import annotations

import email
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maildrop_py.delivery.spool import Edits, Spool
from maildrop_py.delivery.trace_headers import on_top
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource, FileSource
from tests.support.delivering import feed

LINES = st.sampled_from(
    [
        *(b"Subject: one", b"Content-Type: text/html", b"no field", b" continued", b"\ttab"),
        *(b"", b"  ", b">From x", b"From a@b Sat Jan  3 01:05:34 1996", b": x", b"--"),
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
ENVELOPES = [Envelope(), Envelope(sender=""), Envelope(sender="a@b", recipient="c@d")]


def delivered(data: bytes, envelope: Envelope, in_memory: int = 1 << 18) -> bytes:
    """The file that delivery writes of a message."""
    with TemporaryDirectory() as root:
        maildir = Maildir(root)
        with Spool(maildir, envelope, in_memory=in_memory) as spool:
            feed(spool, data, 1000)
            copies: list[object] = []
            edits = Edits(on_top(spool.head(), envelope))
            spool.write_copy(maildir.folder("INBOX"), edits, copies)  # type: ignore[arg-type]
            return Path(copies[0].path).read_bytes()  # type: ignore[attr-defined]


def reading(message: Message) -> tuple[object, ...]:
    headers = message.headers
    fields = [(f.name, f.value) for f in headers.fields if f.name not in ADDED]
    return fields, message.parts.bodies, message.parts.attachments


ADDED = ("Return-Path", "Delivered-To", "X-First-Line")


@given(st.lists(LINES, max_size=6), ENDS, st.sampled_from(ENVELOPES))
@example([b"", b"Subject: one", b"", b"text"], b"\n", ENVELOPES[1])
@example([b" x", b"Subject: one", b"", b"text"], b"\n", ENVELOPES[1])
@example([b"--", b": x", b""], b"\r", ENVELOPES[1])
@example([b"--", b": x", b""], b"\n", ENVELOPES[1])
@example([b"From a@b Sat Jan  3 01:05:34 1996", b"", b""], b"\n", ENVELOPES[0])
def test_our_own_reading_is_the_same(lines: list[bytes], end: bytes, envelope: Envelope) -> None:
    data = end.join([*lines, b"Last: line", b"", b"text", b""])
    file = delivered(data, envelope)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "message"
        path.write_bytes(file)
        assert reading(Message(FileSource(str(path)))) == reading(Message(BytesSource(data)))


@pytest.mark.parametrize(
    "top", [b"\n", b"\r\n\r\n", b"  \n", b"\nFrom a@b Sat Jan  3\n", b" lost\n"]
)
@pytest.mark.parametrize("in_memory", [0, 1 << 18])
def test_others_read_it_as_we_decided(top: bytes, in_memory: int) -> None:
    data = top + b"Subject: one\nContent-Type: text/html\n\n<p>text</p>\n"
    read = email.message_from_bytes(delivered(data, Envelope(sender="a@b"), in_memory))
    decided = Message(BytesSource(data))
    assert read["Subject"] == decided.headers.first("Subject") == "one"
    assert (read["Return-Path"], read.get_content_type()) == ("<a@b>", "text/html")


@pytest.mark.parametrize("top", [b"", b"\n", b"From a@b Sat Jan  3 01:05:34 1996\n"])
def test_text_behind_the_fields_without_a_blank_line_is_read_whole(top: bytes) -> None:
    message = Message(BytesSource(top + b"Subject: one\nno field, but text\n"))
    assert message.parts.bodies == ("no field, but text\n",)
