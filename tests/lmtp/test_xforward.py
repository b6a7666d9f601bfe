"""Who gave the message to the mail server: Postfix's XFORWARD."""

from __future__ import annotations

import pytest

from maildrop_py.lmtp.xforward import read_attributes, unquote
from maildrop_py.message.envelope import Envelope
from tests.support.lmtp.ledger import Client

FIRST = "XFORWARD NAME=spike.example ADDR=192.0.2.1 PORT=2525"
SECOND = "XFORWARD PROTO=ESMTP HELO=[192.0.2.1] IDENT=ABC SOURCE=REMOTE"


def delivered(client: Client) -> Envelope:
    client.lines("MAIL FROM:<a@b>", "RCPT TO:<b@x>", "DATA", ".")
    return client.ledger.delivered[-1].envelope


def test_the_attributes_of_several_commands_reach_the_envelope():
    client = Client(xforward=True)
    assert "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE" in client.lines("LHLO c")
    assert client.codes(FIRST, SECOND) == ["250 2.0.0", "250 2.0.0"]
    envelope = delivered(client)
    assert envelope.client_name == "spike.example"
    assert envelope.client_address == "192.0.2.1"
    assert envelope.helo == "[192.0.2.1]"
    assert envelope.protocol == "ESMTP"


def test_they_are_forgotten_after_each_transaction():
    client = Client(xforward=True)
    client.lines("LHLO c", FIRST)
    assert delivered(client).client_address == "192.0.2.1"
    assert delivered(client).client_address is None
    client.lines(FIRST, "RSET")
    assert delivered(client).client_address is None


def test_who_is_not_allowed_is_neither_offered_nor_believed():
    client = Client()
    assert not any("XFORWARD" in line for line in client.lines("LHLO c"))
    assert client.codes(FIRST) == ["550 5.7.0"]
    assert delivered(client).client_address is None


def test_not_within_a_transaction():
    client = Client(xforward=True)
    client.open()
    assert client.codes(FIRST) == ["503 5.5.1"]


def test_a_client_without_a_verified_name_is_unknown():
    client = Client(xforward=True)
    client.lines("LHLO c", "XFORWARD NAME=[UNAVAILABLE] ADDR=IPV6:2001:DB8::1 HELO=[TEMPUNAVAIL]")
    envelope = delivered(client)
    assert envelope.client_name == "unknown"
    assert envelope.client_address == "2001:db8::1"
    assert envelope.helo is None


def test_a_refused_command_changes_nothing():
    client = Client(xforward=True)
    client.lines("LHLO c", FIRST)
    assert client.codes("XFORWARD NAME=evil.example ADDR=nowhere") == ["501 5.5.4"]
    assert delivered(client).client_name == "spike.example"


@pytest.mark.parametrize(
    "argument",
    ["", "NAME", "NAME=", "COLOUR=red", "ADDR=x", "ADDR=1.2.3", "PORT=x", "PORT=123456",
     "SOURCE=MOON", "NAME=" + "x" * 256],
)  # fmt: skip
def test_bad_attributes(argument):
    client = Client(xforward=True)
    assert client.codes(f"XFORWARD {argument}") == ["501 5.5.4"]


def test_values_are_xtext_and_can_hold_no_line_of_their_own():
    assert unquote("a+20b+2B+C3+A9") == "a b+é"
    assert unquote("a+b") == "a+b"
    assert read_attributes("HELO=a+0D+0AX:+20b") == {"HELO": "a??X:?b"}


def test_mapped_addresses_are_the_addresses_they_map():
    assert read_attributes("ADDR=IPv6:::ffff:192.0.2.1") == {"ADDR": "192.0.2.1"}


def test_authenticated_submissions_are_known_by_their_protocol():
    client = Client(xforward=True)
    client.lines("LHLO c", "XFORWARD PROTO=ESMTPSA")
    assert delivered(client).authenticated
