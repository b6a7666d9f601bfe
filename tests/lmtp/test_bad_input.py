"""What a broken or hostile client may send, and that it harms nobody else."""

from __future__ import annotations

import errno

import pytest

from maildrop_py.errors import DiskFull, Rejected
from tests.support.lmtp.ledger import Client, code_of


def test_a_bare_lf_does_not_end_a_command():
    client = Client()
    client.lines("LHLO c", "MAIL FROM:<a@b>")
    replies = client.send(b"RCPT TO:<b@x>\nRCPT TO:<victim@x>\r\nRCPT TO:<c@x>\r\n")
    assert [code_of(line) for line in replies.decode().splitlines()] == ["500 5.5.2", "250 2.1.5"]
    client.lines("DATA", ".")
    assert client.ledger.delivered[0].recipients == ["c@x"]


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r\r\n", b"\r.\r\n"]
)
def test_only_crlf_dot_crlf_ends_a_message(end):
    client = Client()
    client.open()
    hidden = b"MAIL FROM:<forged@x>\r\nRCPT TO:<victim@x>\r\nDATA\r\n"
    client.send(b"DATA\r\nfirst" + end + hidden + b"\r\n.\r\n")
    (letter,) = client.ledger.delivered
    assert b"MAIL FROM:<forged@x>\n" in letter.text


@pytest.mark.parametrize("bad", [b"\0", b"\x01", b"\x7f", b"\t", b"\r"])
def test_control_characters_in_a_command_refuse_it(bad):
    client = Client()
    client.lines("LHLO c")
    assert client.send(b"MAIL FROM:<a" + bad + b"b@x>\r\n").startswith(b"500 5.5.2 ")
    assert client.codes("RSET") == ["250 2.0.0"]


def test_a_line_above_the_limit_is_refused_once_and_not_held():
    client = Client(line=100)
    assert client.send(b"NOOP " + b"x" * 93 + b"\r\n").startswith(b"250 ")
    assert client.send(b"NOOP " + b"x" * 94 + b"\r\n").startswith(b"500 5.5.2 ")
    replies = client.send(b"NOOP ", *[b"x" * 1000] * 1000, b"\r", b"\nNOOP\r\n")
    assert [line[:9] for line in replies.split(b"\r\n")] == [b"500 5.5.2", b"250 2.0.0", b""]


def test_what_is_held_of_an_endless_line_stays_small():
    client = Client(line=100)
    for _ in range(1000):
        client.send(b"x" * 1000)
        assert len(client.session._lines._data) <= 1


def test_too_many_errors_end_the_session():
    client = Client(errors=3)
    assert client.codes("A", "B", "C", "NOOP") == ["500 5.5.1", "500 5.5.1", "421 4.7.0"]
    assert client.session.closing


def test_a_delivered_message_forgives_earlier_errors():
    client = Client(errors=3)
    client.codes("A", "B")
    client.open()
    client.lines("DATA", ".")
    assert client.codes("A", "B") == ["500 5.5.1", "500 5.5.1"]


def test_a_web_client_is_sent_away_before_its_body_is_obeyed():
    client = Client()
    request = b"POST / HTTP/1.1\r\nHost: x\r\n\r\nLHLO c\r\nMAIL FROM:<a@b>\r\n"
    assert client.send(request).startswith(b"421 4.7.0 ")
    assert client.session.closing


def test_a_hundred_thousand_recipients_hold_no_more_than_the_limit():
    client = Client(recipients=1000)
    client.lines("LHLO c", "MAIL FROM:<>")
    command = b"RCPT TO:<user@example.org>\r\n"
    replies = client.send(*[command * 1000] * 100).split(b"\r\n")[:-1]
    assert [line[:9] for line in replies[:1000]] == [b"250 2.1.5"] * 1000
    assert [line[:9] for line in replies[1000:]] == [b"452 4.5.3"] * 99_000
    assert len(client.codes("DATA", ".")) == 1 + 1000
    assert not client.session.closing


def test_a_message_above_the_limit_is_dropped_and_refused_for_every_recipient():
    client = Client(message=1000)
    client.open("b@x", "c@x")
    client.send(b"DATA\r\n")
    assert client.send(*[b"x" * 998 + b"\r\n"] * 3, b".\r\n").count(b"552 5.3.4 ") == 2
    (letter,) = client.ledger.begun
    assert letter.aborted
    assert len(letter.text) <= 1000
    assert client.ledger.delivered == []
    assert client.codes("MAIL FROM:<>") == ["250 2.1.0"]


def test_a_message_of_exactly_the_limit_is_taken():
    client = Client(message=1000)
    client.open()
    client.send(b"DATA\r\n..", b"x" * 997 + b"\r\n.\r\n")  # 1001 with the added dot
    assert len(client.ledger.delivered) == 1


def test_a_declared_size_above_the_limit_is_refused_before_data():
    client = Client(message=1000)
    assert client.codes("LHLO c", "MAIL FROM:<> SIZE=1001", "MAIL FROM:<> SIZE=1000") == [
        "250",
        "552 5.3.4",
        "250 2.1.0",
    ]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ("BODY=8BITMIME SMTPUTF8 SIZE=5", "250 2.1.0"),
        ("body=7bit", "250 2.1.0"),
        ("BODY=BINARYMIME", "501 5.5.4"),
        ("BODY", "501 5.5.4"),
        ("SIZE=x", "501 5.5.4"),
        ("SIZE=", "501 5.5.4"),
        ("SIZE=-1", "501 5.5.4"),
        ("SIZE=" + "9" * 21, "501 5.5.4"),
        ("SIZE=1 SIZE=2", "501 5.5.4"),
        ("SMTPUTF8=yes", "501 5.5.4"),
        ("RET=HDRS", "555 5.5.4"),
        ("=x", "501 5.5.4"),
    ],
)
def test_parameters_of_mail(parameters, code):
    assert Client().codes("LHLO c", f"MAIL FROM:<a@b> {parameters}")[-1] == code


def test_parameters_of_rcpt_are_not_offered():
    client = Client()
    assert client.codes("LHLO c", "MAIL FROM:<>", "RCPT TO:<b@x> NOTIFY=NEVER")[-1] == "555 5.5.4"


def test_addresses_beyond_ascii_need_smtputf8():
    client = Client()
    client.lines("LHLO c")
    assert client.codes("MAIL FROM:<jörg@x>", "MAIL FROM:<a@bücher.example>") == ["553 5.6.7"] * 2
    assert client.codes("MAIL FROM:<jörg@x> SMTPUTF8", "RCPT TO:<用户@x>") == [
        "250 2.1.0",
        "250 2.1.5",
    ]
    client.lines("DATA", ".")
    (letter,) = client.ledger.delivered
    assert letter.envelope.sender == "jörg@x"
    assert letter.smtputf8


def test_addresses_in_no_known_encoding_are_refused():
    client = Client()
    client.lines("LHLO c")
    assert client.send(b"MAIL FROM:<j\xf6rg@x> SMTPUTF8\r\n").startswith(b"500 5.5.2 ")


def test_an_error_of_the_handler_costs_one_recipient_alone():
    client = Client()
    client.lines("LHLO c", "MAIL FROM:<>")
    assert client.codes("RCPT TO:<bug@x>", "RCPT TO:<b@x>") == ["451 4.3.0", "250 2.1.5"]
    assert isinstance(client.ledger.seen[0], KeyError)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "full"), "452 4.3.1"),
        (OSError(errno.EDQUOT, "quota"), "452 4.2.2"),
        (OSError(errno.EIO, "bad disk"), "451 4.3.0"),
        (DiskFull("full"), "452 4.3.1"),
        (Rejected("go away"), "550 5.7.1"),
        (ValueError("a bug"), "451 4.3.0"),
    ],
)
def test_a_message_that_cannot_be_written_is_read_to_its_end_and_then_refused(error, code):
    client = Client()
    client.open("b@x", "c@x")
    client.ledger.write_error = error
    assert client.codes("DATA", "one", "two", ".", "NOOP") == ["354", code, code, "250 2.0.0"]
    assert client.ledger.begun[0].aborted


def test_a_message_the_client_did_not_finish_is_forgotten():
    client = Client()
    client.open()
    client.send(b"DATA\r\nhalf a mess")
    client.session.abandon()
    assert client.ledger.begun[0].aborted
    assert client.ledger.delivered == []


def test_a_client_that_is_too_slow_is_told_and_its_message_forgotten():
    client = Client()
    client.open()
    client.send(b"DATA\r\nhalf a mess")
    assert client.session.expire().startswith(b"421 4.4.2 ")
    assert client.ledger.begun[0].aborted
