"""Return-Path, Delivered-To and loops, as each mail server leaves them to us."""

from __future__ import annotations

import pytest

from maildrop_py.delivery.trace_headers import is_loop, missing, on_top
from maildrop_py.message.envelope import Envelope

RECEIVED = b"Received: from a by b with ESMTP\n\tid 1; Mon\n"
MAIL = b"From: a@example.org\nSubject: x\n\n"
ENVELOPE = Envelope(sender="s@example.org", recipient="U@example.net")


def test_postfix_local_has_added_both() -> None:
    head = (
        b"From s@example.org Mon\nReturn-Path: <s@example.org>\nX-Original-To: u\n"
        b"Delivered-To: u@example.net\n" + RECEIVED + MAIL
    )
    assert missing(head, ENVELOPE) == b""
    assert not is_loop(head, "u@example.net")


def test_qmail_and_bare_pipes_leave_both_to_us() -> None:
    assert missing(RECEIVED + MAIL, ENVELOPE) == (
        b"Return-Path: <s@example.org>\nDelivered-To: U@example.net\n"
    )


def test_null_sender_is_written_as_such() -> None:
    assert missing(MAIL, Envelope(sender="")) == b"Return-Path: <>\n"


def test_nothing_is_added_where_nothing_is_known() -> None:
    assert missing(MAIL, Envelope()) == b""


def test_sender_of_the_from_line_serves_where_the_server_gave_none() -> None:
    head = b"From s@example.org Mon Jan  1\n" + MAIL
    assert missing(head, Envelope()) == b"Return-Path: <s@example.org>\n"
    assert missing(head, Envelope(sender="")) == b"Return-Path: <>\n"


def test_forged_return_path_below_received_does_not_count() -> None:
    head = RECEIVED + b"Return-Path: <forged@example.com>\n" + MAIL
    assert missing(head, Envelope(sender="s@x")) == b"Return-Path: <s@x>\n"


def test_line_ends_are_those_of_the_message() -> None:
    assert missing(b"From: a\r\n\r\n", Envelope(sender="")) == b"Return-Path: <>\r\n"


def test_delivered_to_below_received_is_a_loop() -> None:
    head = RECEIVED + b"DELIVERED-TO: U@Example.net \n" + MAIL
    assert is_loop(head, "u@example.net")
    assert is_loop(b"Delivered-To: u@example.net\n" + head, "u@example.net")


def test_delivered_to_of_somebody_else_is_not_a_loop() -> None:
    head = RECEIVED + b"Delivered-To: other@example.net\n" + MAIL
    assert not is_loop(head, "u@example.net")
    assert not is_loop(head, None)


def test_forwarded_copy_that_comes_back_is_a_loop() -> None:
    """What we add, with the Received that every re-injection puts above it."""
    sent = missing(RECEIVED + MAIL, ENVELOPE) + RECEIVED + MAIL
    assert is_loop(RECEIVED + sent, ENVELOPE.recipient)


def test_delivery_again_without_a_server_between_is_not_a_loop() -> None:
    """A filter in a pipe hands the message to a second delivery: no Received between."""
    sent = missing(RECEIVED + MAIL, ENVELOPE) + RECEIVED + MAIL
    assert not is_loop(sent, ENVELOPE.recipient)
    assert missing(sent, ENVELOPE) == b""


def test_recipient_as_postfix_exports_it_is_the_same() -> None:
    """Postfix writes the address as it is, but `_` for odd characters into $RECIPIENT."""
    head = b"Delivered-To: o'brien~x@example.net\n" + RECEIVED + MAIL
    assert missing(head, Envelope(recipient="O_brien_x@example.net")) == b""
    assert is_loop(RECEIVED + head, "o_brien_x@example.net")
    assert not is_loop(RECEIVED + head, "o.brien.x@example.net")


def test_delivered_to_in_the_body_is_not_a_loop() -> None:
    assert not is_loop(RECEIVED + MAIL, "u@example.net")


@pytest.mark.parametrize("address", ["a\r\nX-Evil: 1@b", "a\nb", "a\0b", "a\u2028b", "\ud800@x"])
def test_address_cannot_add_a_line(address: str) -> None:
    lines = missing(MAIL, Envelope(sender=address, recipient=address))
    assert lines.count(b"\n") == 2 and b"\r" not in lines and b"\0" not in lines
    assert lines.decode().splitlines()[1].startswith("Delivered-To: ")


def test_international_address_is_utf_8() -> None:
    assert missing(MAIL, Envelope(sender="用户@example.org")) == (
        "Return-Path: <用户@example.org>\n".encode()
    )


@pytest.mark.parametrize("text", [b" leading", b"\tleading", b"From a@b Mon\n leading", b"text\n"])
def test_text_without_a_header_does_not_become_one(text: bytes) -> None:
    top = on_top(text, Envelope(recipient="u"), b"X: 1\n")
    assert top.endswith(b"Delivered-To: u\nX: 1\n\n")


def test_a_first_line_that_continues_nothing_does_not_continue_our_header() -> None:
    top = on_top(b" leading\nSubject: x\n\n", Envelope(sender="a@b"))
    assert top == b"Return-Path: <a@b>\nX-First-Line:\n"


def test_lines_on_top_of_a_header_that_ends_in_cr_end_in_cr() -> None:
    assert on_top(b"Subject: x\rFrom: y\r\rtext", Envelope(sender="")) == b"Return-Path: <>\r"


def test_nothing_is_added_to_such_text_where_nothing_is_to_be_added() -> None:
    assert on_top(b" leading", Envelope()) == b""
