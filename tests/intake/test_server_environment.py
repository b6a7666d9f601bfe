"""What mail servers say in their environments, each in its own words."""

from __future__ import annotations

import pytest

from maildrop_py.intake.server_environment import envelope_of, exact
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.headers import Headers

POSTFIX = {
    "HOME": "/home/ann",
    "LOGNAME": "ann",
    "USER": "ann",
    "SENDER": "bob@example.org",
    "RECIPIENT": "ann+shop@example.com",
    "LOCAL": "ann+shop",
    "EXTENSION": "shop",
    "DOMAIN": "example.com",
    "CLIENT_HOSTNAME": "mx.example.org",
    "CLIENT_ADDRESS": "192.0.2.1",
    "CLIENT_HELO": "mx",
    "CLIENT_PROTOCOL": "ESMTPS",
    "SASL_USERNAME": "",
}
EXIM = {
    "SENDER": "bob@example.org",
    "LOCAL_PART": "ann",
    "LOCAL_PART_SUFFIX": "+shop",
    "DOMAIN": "example.com",
    "USER": "ann",
}
OPENSMTPD = {
    "SENDER": "bob@example.org",
    "RECIPIENT": "ann+shop@example.com",
    "LOCAL": "ann",
    "EXTENSION": "shop",
    "USER": "ann",
}
QMAIL = {
    "SENDER": "bob@example.org",
    "NEWSENDER": "bob@example.org",
    "RPLINE": "Return-Path: <bob@example.org>\n",
    "RECIPIENT": "ann-shop@example.com",
    "LOCAL": "ann-shop",
    "EXT": "shop",
    "USER": "ann",
}
TOLD = Envelope("bob@example.org", "ann+shop@example.com", "shop", "ann")


def test_postfix_tells_most() -> None:
    assert envelope_of({}, POSTFIX) == Envelope(
        sender="bob@example.org",
        recipient="ann+shop@example.com",
        extension="shop",
        user="ann",
        client_address="192.0.2.1",
        client_name="mx.example.org",
        helo="mx",
        protocol="ESMTPS",
        authenticated=False,
    )


@pytest.mark.parametrize("environ", [EXIM, OPENSMTPD], ids=["exim", "opensmtpd"])
def test_exim_and_opensmtpd_tell_less(environ: dict[str, str]) -> None:
    assert envelope_of({}, environ) == TOLD


def test_qmail_tells_it_in_its_own_way() -> None:
    found = envelope_of({}, QMAIL)
    assert (found.sender, found.recipient, found.extension) == (
        "bob@example.org",
        "ann-shop@example.com",
        "shop",
    )


def test_nothing_told_is_nothing_known() -> None:
    assert envelope_of({}, {}) == Envelope()


def test_options_come_first() -> None:
    options = {"sender": "x@y", "extension": "", "client-address": "::1", "sasl-username": "ann"}
    found = envelope_of(options, POSTFIX)
    assert (found.sender, found.extension, found.client_address) == ("x@y", None, "::1")
    assert found.authenticated and found.recipient == "ann+shop@example.com"


@pytest.mark.parametrize(
    "written", ["", "<>", "MAILER-DAEMON", "<MAILER-DAEMON>", "#@[]", "<#@[]>"]
)
def test_the_null_sender_has_many_names(written: str) -> None:
    assert envelope_of({}, {"SENDER": written}).sender == ""
    assert envelope_of({"sender": written}, POSTFIX).sender == ""
    assert envelope_of({}, {"RPLINE": f"Return-Path: <{written.strip('<>')}>\n"}).sender == ""


def test_a_daemon_of_another_host_is_an_ordinary_sender() -> None:
    assert envelope_of({}, {"SENDER": "MAILER-DAEMON@x.y"}).sender == "MAILER-DAEMON@x.y"


@pytest.mark.parametrize("written", ["", "unknown"])
def test_an_unknown_client_is_none(written: str) -> None:
    assert envelope_of({}, {"CLIENT_ADDRESS": written}).client_address is None


def test_a_client_without_a_verified_name_stays_unknown() -> None:
    """`unknown` is what S25R judges by; no name at all says nothing."""
    assert envelope_of({}, {"CLIENT_HOSTNAME": "unknown"}).client_name == "unknown"


@pytest.mark.parametrize(
    ("told", "written", "meant"),
    [
        ("o_brien@x.y", "<o'brien@x.y>", "o'brien@x.y"),
        ("a_b@x.y", "<a_b@x.y>", "a_b@x.y"),
        ("a_b@x.y", "<evil@x.y>", "a_b@x.y"),
        ("a_b@x.y", "", "a_b@x.y"),
        ("a__b@x.y", "<aüb@x.y>", "aüb@x.y"),
        ("ab@x.y", "<a'b@x.y>", "ab@x.y"),
        ("", "<a@b>", ""),
    ],
)
def test_what_postfix_garbled_is_restored_from_its_own_header(
    told: str, written: str, meant: str
) -> None:
    headers = Headers(f"Return-Path: {written}\nX-Original-To: {written}\n\n".encode())
    found = exact(Envelope(sender=told, recipient=told), headers)
    assert (found.sender, found.recipient) == (meant, meant)


def test_without_such_headers_everything_stays() -> None:
    told = Envelope(sender="a_b@x.y", recipient=None)
    assert exact(told, Headers(b"Subject: x\n\n")) == told
