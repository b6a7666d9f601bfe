"""No real message, broken ones included, makes the message package raise."""

from __future__ import annotations

from pathlib import Path

from maildrop_py.message import addresses, received, spam
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource

ADDRESS_FIELDS = ("From", "To", "Cc", "Reply-To", "Sender", "Return-Path")


def files(shared: Path) -> list[Path]:
    return sorted(path for path in (shared / "corpora").rglob("*") if path.is_file())


def test_every_header_of_every_message_is_read(shared: Path) -> None:
    named = understood = 0
    for path in files(shared):
        message = Message(FileSource(str(path)))
        assert message.size == len(message.content()), path
        read_fields(message)
        for field in message.headers.all("Received"):
            hop, value = received.in_header(field), field.value
            assert hop == received._read(" ".join(str(field.raw, "latin-1").split())), value
            if value.startswith("from ") and "[" in value.partition(" by ")[0]:
                named += 1
                understood += hop is not None and bool(hop.address)
    assert understood > 0.998 * named > 10_000  # the rest is local mail, or made unreadable


def read_fields(message: Message) -> None:
    headers = message.headers
    assert headers.unfolded.endswith(b"\n")
    for field in headers.fields:
        field.value.encode()
    for name in ADDRESS_FIELDS:
        for field in headers.all(name):
            assert all(address.text.isprintable() for address in addresses.in_header(field))
    spam.verdict(headers, lambda: 0)


def test_bodies_and_attachments_are_read(shared: Path) -> None:
    """All that is malformed, and some of the rest: mail-parser takes its time."""
    steps = {"malformed": 1, "dsn": 5, "spamassassin": 60}
    for folder, step in steps.items():
        for path in [path for path in files(shared) if folder in path.parts][::step]:
            for body in Message(FileSource(str(path))).parts.bodies:
                body.encode()
