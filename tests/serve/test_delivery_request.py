"""What a worker tells a recipient's process about a message."""

from __future__ import annotations

import pytest

from maildrop_py.message.envelope import Envelope
from maildrop_py.record import replace
from maildrop_py.serve.delivery_request import (
    KEPT,
    DeliveryRequest,
    RequestReader,
    RequestWriter,
)
from maildrop_py.serve.mailbox import Account, Mailbox

MAILBOX = Mailbox(
    account=Account("anna", "/home/änna", 1001, 1002),
    recipient="anna+x@example.org",
    extension="x",
    maildir="/home/änna/Maildir",
    rules="/home/änna/rules.yaml",
    default_rules="",
    rules_home=None,
    state="/s",
    cache="/c",
    log="",
    own_rules=True,
)
ENVELOPE = Envelope(
    "bert@example.net", "anna+x@example.org", "x", "anna", "192.0.2.1", "会.example"
)
REQUEST = DeliveryRequest(MAILBOX, ENVELOPE, 12.75, b"Subject: x\n\n\x00\xff")


@pytest.mark.parametrize("message", [REQUEST.message, b""])
def test_a_request_is_read_as_it_was_written(message: bytes) -> None:
    request = replace(REQUEST, message=message)
    assert RequestReader().read(b"".join(RequestWriter().write(request))) == request


def test_a_mailbox_is_written_and_read_once() -> None:
    writer, reader = RequestWriter(), RequestReader()
    first, second = writer.write(REQUEST), writer.write(REQUEST)
    assert first[1] is second[1]
    mailboxes = [reader.read(b"".join(data)).mailbox for data in (first, second)]
    assert mailboxes[0] is mailboxes[1]


def test_another_mailbox_of_the_same_address_is_not_taken_for_it() -> None:
    """Users were read again, and a uid has changed."""
    writer, reader = RequestWriter(), RequestReader()
    for uid in (1001, 2001):
        changed = replace(REQUEST, mailbox=replace(MAILBOX, account=Account("anna", "/h", uid, 1)))
        assert reader.read(b"".join(writer.write(changed))) == changed


def test_what_is_kept_of_mailboxes_is_bounded() -> None:
    writer, reader = RequestWriter(), RequestReader()
    for number in range(KEPT * 2 + 1):
        mailbox = replace(MAILBOX, recipient=f"anna+{number}@example.org")
        reader.read(b"".join(writer.write(replace(REQUEST, mailbox=mailbox))))
    assert len(writer._known) <= KEPT and len(reader._known) <= KEPT
