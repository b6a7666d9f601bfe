"""What may be said when, and what is answered (RFC 2033, RFC 5321 4.1)."""

from __future__ import annotations

import pytest

from tests.support.lmtp.ledger import Client


def test_lhlo_offers_what_postfix_wants_to_see():
    lines = Client(message=1000).lines("LHLO client.example")
    assert lines == [
        "250-mx.example",
        "250-PIPELINING",
        "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250 SIZE 1000",
    ]


def test_the_banner_comes_first_and_says_lmtp():
    assert Client().session.greet() == b"220 mx.example LMTP ready\r\n"


def test_a_message_reaches_the_handler_with_its_envelope():
    client = Client()
    client.open()
    assert client.codes("DATA", "Subject: x", "", "text", ".") == ["354", "250 2.0.0"]
    (letter,) = client.ledger.delivered
    assert letter.text == b"Subject: x\n\ntext\n"
    assert letter.envelope.sender == "a@example.org"
    assert letter.recipients == ["b@example.org"]


def test_each_accepted_recipient_gets_a_reply_in_order_duplicates_included():
    client = Client()
    client.lines("LHLO c", "MAIL FROM:<>")
    recipients = ["b", "nobody", "c", "b"]
    codes = client.codes(*(f"RCPT TO:<{name}@x>" for name in recipients))
    assert codes == ["250 2.1.5", "550 5.1.1", "250 2.1.5", "250 2.1.5"]
    assert client.lines("DATA", ".") == [
        "354 Go ahead, end with <CR><LF>.<CR><LF>",
        "250 2.0.0 Delivered to b@x",
        "250 2.0.0 Delivered to c@x",
        "250 2.0.0 Delivered to b@x",
    ]


def test_data_without_a_valid_recipient_is_503():
    client = Client()
    assert client.codes("LHLO c", "DATA", "MAIL FROM:<>", "DATA") == [
        "250",
        "503 5.5.1",
        "250 2.1.0",
        "503 5.5.1",
    ]
    assert client.codes("RCPT TO:<nobody@x>", "DATA") == ["550 5.1.1", "503 5.5.1"]
    assert client.codes("RCPT TO:<b@x>", "DATA", ".") == ["250 2.1.5", "354", "250 2.0.0"]


@pytest.mark.parametrize(
    ("commands", "last"),
    [
        (["MAIL FROM:<>"], "503 5.5.1"),
        (["LHLO c", "RCPT TO:<b@x>"], "503 5.5.1"),
        (["LHLO c", "MAIL FROM:<>", "MAIL FROM:<>"], "503 5.5.1"),
        (["HELO c"], "500 5.5.1"),
        (["EHLO c"], "500 5.5.1"),
        (["LHLO"], "501 5.5.4"),
        (["WHAT"], "500 5.5.1"),
        ([""], "500 5.5.1"),
        (["BDAT 3"], "502 5.5.1"),
        (["STARTTLS"], "502 5.5.1"),
        (["NOOP", "noop x"], "250 2.0.0"),
        (["VRFY"], "501 5.5.4"),
        (["VRFY b"], "252 2.0.0"),
        (["HELP"], "214 2.0.0"),
        (["RSET"], "250 2.0.0"),
        (["RSET now"], "501 5.5.4"),
        (["QUIT now"], "501 5.5.4"),
        (["QUIT"], "221 2.0.0"),
        (["LHLO c", "MAIL FROM:<>", "DATA x"], "501 5.5.4"),
        (["LHLO c", "lHlO c", "mail from:<a@b>", "rcpt to:<b@x>"], "250 2.1.5"),
        (["LHLO c", "MAIL FROM:<> \t "], "250 2.1.0"),
    ],
)
def test_commands_get_the_reply_the_standards_name(commands, last):
    assert Client().codes(*commands)[-1] == last


def test_lhlo_and_rset_forget_the_transaction():
    client = Client()
    client.open()
    assert client.codes("RSET", "DATA") == ["250 2.0.0", "503 5.5.1"]
    client.open()
    assert client.codes("LHLO again", "DATA") == ["250", "503 5.5.1"]


def test_several_messages_go_through_one_session():
    client = Client()
    client.open()
    client.lines("DATA", "one", ".")
    client.lines("MAIL FROM:<>", "RCPT TO:<c@x>", "DATA", "two", ".")
    assert [letter.text for letter in client.ledger.delivered] == [b"one\n", b"two\n"]
    assert [letter.recipients for letter in client.ledger.delivered] == [
        ["b@example.org"],
        ["c@x"],
    ]


def test_a_pipelined_session_is_answered_in_the_order_of_its_commands():
    client = Client()
    replies = client.lines(
        "LHLO c", "MAIL FROM:<>", "RCPT TO:<b@x>", "DATA", "one", ".", "WHAT", "QUIT", "NOOP"
    )
    assert [line[:3] for line in replies if line[3] == " "] == [
        "250", "250", "250", "354", "250", "500", "221",
    ]  # fmt: skip
    assert client.session.closing


def test_after_quit_nothing_is_obeyed():
    client = Client()
    client.open()
    client.lines("QUIT", "LHLO c", "MAIL FROM:<>", "RCPT TO:<b@x>", "DATA", "one", ".")
    assert client.ledger.delivered == []
    assert client.lines("NOOP") == []


def test_draining_lets_the_transaction_finish_and_then_says_goodbye():
    client = Client()
    client.open()
    assert client.session.drain() == b""
    codes = client.codes("DATA", "one", ".", "MAIL FROM:<>")
    assert codes == ["354", "250 2.0.0", "421 4.3.2"]
    assert len(client.ledger.delivered) == 1


def test_draining_ends_an_idle_session_at_once():
    client = Client()
    client.lines("LHLO c")
    assert client.session.drain().startswith(b"421 4.3.2 ")
    assert client.session.closing
