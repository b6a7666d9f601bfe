"""border: who is believed about the way a message came, and what nobody can talk us into."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.evidence import networks
from maildrop_py.evidence.border import Border, find
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.headers import Headers

OWN = "Received: from localhost (localhost [127.0.0.1]) by mx.me (Postfix) with ESMTP id 1"
RELAY = "Received: from relay.me (relay.me [192.0.2.5]) by mx.me (Postfix) with ESMTP id 2"
OUTSIDE = "Received: from pc (host.example [203.0.113.9]) by relay.me (Postfix) with ESMTP id 3"
FORGED = "Received: from good (bank.example [198.51.100.1]) by pc (Postfix) with ESMTP id 4"
TRUST = ("192.0.2.0/24", "2001:db8:1::/48")


def border(*lines: str, trust: tuple[str, ...] = TRUST, **told: object) -> Border:
    head = "".join(line + "\r\n" for line in (*lines, "Subject: x", "")).encode()
    blocks = tuple(map(networks.parse_network, trust))
    return find(Headers(head), Envelope(**told), blocks)  # type: ignore[arg-type]


def address(found: Border) -> str | None:
    return found.address.text if found.address else None


def test_first_client_outside_the_trusted_networks() -> None:
    found = border(OWN, RELAY, OUTSIDE, FORGED)
    assert (address(found), found.name, found.helo) == ("203.0.113.9", "host.example", "pc")
    assert [step.believed for step in found.hops] == [True, True, False]
    assert found.below == 1


def test_without_trusted_networks_the_relay_is_the_border() -> None:
    assert address(border(OWN, RELAY, OUTSIDE, trust=())) == "192.0.2.5"


def test_client_told_by_the_server_comes_first() -> None:
    found = border(
        OUTSIDE, client_address="203.0.113.9", client_name="unknown", helo="x", sender="a@b.example"
    )
    assert (address(found), found.name, found.helo, found.sender) == (
        "203.0.113.9", "", "x", "a@b.example",
    )  # fmt: skip


def test_trusted_client_told_by_the_server_leads_to_the_received_lines() -> None:
    """As on the primary MX behind a backup MX: its environment names the backup."""
    found = border(RELAY, OUTSIDE, FORGED, client_address="192.0.2.5", helo="relay.me")
    assert (address(found), found.helo) == ("203.0.113.9", "pc")
    assert found.hops[0].what.startswith("client 192.0.2.5")


@pytest.mark.parametrize("told", ["", "unknown", "127.0.0.1", "::1", "::ffff:127.0.0.1", "local"])
def test_no_client_told_or_this_machine(told: str) -> None:
    assert address(border(OWN, OUTSIDE, client_address=told)) == "203.0.113.9"


def test_forged_lines_below_the_border_change_nothing() -> None:
    plain = border(RELAY, OUTSIDE)
    forged = border(RELAY, OUTSIDE, FORGED, OWN, RELAY, OUTSIDE.replace("203", "198"))
    assert (address(forged), forged.name, forged.helo) == (address(plain), plain.name, plain.helo)
    assert forged.offset == plain.offset


@pytest.mark.parametrize(
    "helo",
    [
        "localhost [127.0.0.1]",
        "[127.0.0.1]",
        "relay.me (relay.me [192.0.2.5])",
        "(relay.me [192.0.2.5])",
        "x by relay.me with LMTP id 1",
        "x with POP3 by relay.me",
        "x) (relay.me [192.0.2.5]) by mx.me (Postfix) with ESMTP id 7; (",
        "=?utf-8?q?x_(relay.me_[192.0.2.5])?=",
        "192.0.2.5",
        "[IPv6:2001:db8:1::1]",
        '"relay.me',
        "relay.me\\",
        "by",
        "<x",
    ],
)
def test_helo_that_imitates_a_trusted_client(helo: str) -> None:
    """The sender chooses HELO; the address stands where the server writes it."""
    line = (
        f"Received: from {helo} (host.example [203.0.113.9]) by relay.me (Postfix) with ESMTP id 3"
    )
    found = border(RELAY, line, FORGED)
    assert address(found) in ("203.0.113.9", None)
    assert not found.inside
    assert "198.51.100.1" not in " ".join(found.sentences()[:-1])


@pytest.mark.parametrize(
    "comment",
    ["(envelope-from <relay.me [192.0.2.5]>)", "(HELO relay.me [192.0.2.5])",
     "(using TLS with cipher X (relay.me [192.0.2.5]))", "(relay.me [127.0.0.1])"],
)  # fmt: skip
def test_comment_behind_the_client_that_imitates_the_border(comment: str) -> None:
    line = f"{OUTSIDE.replace(' with', f' {comment} with')} for <me@me.example>"
    found = border(RELAY, line, FORGED)
    assert address(found) in ("203.0.113.9", None)
    assert not found.inside


def test_mapped_address_is_trusted_as_the_ipv4_it_is() -> None:
    line = RELAY.replace("[192.0.2.5]", "[IPv6:::ffff:192.0.2.5]")
    assert address(border(line, OUTSIDE)) == "203.0.113.9"
    assert address(border(OWN, client_address="::ffff:203.0.113.9")) == "203.0.113.9"
    mapped = OUTSIDE.replace("[203.0.113.9]", "[::FFFF:203.0.113.9]")
    assert address(border(RELAY, mapped)) == "203.0.113.9"


def test_ipv6_clients() -> None:
    trusted = RELAY.replace("[192.0.2.5]", "[IPv6:2001:db8:1::5]")
    outside = OUTSIDE.replace("[203.0.113.9]", "[IPv6:2001:DB8:2::9]")
    assert address(border(trusted, outside)) == "2001:db8:2::9"


@pytest.mark.parametrize(
    "line",
    [
        "Received: by mx.me (Postfix, from userid 1000) id 5",
        "Received: (qmail 27981 invoked from network); 26 Aug 2002 10:00:00 -0000",
        "Received: (qmail 27981 invoked by uid 500); 26 Aug 2002 10:00:00 -0000",
        "Received: (from me@localhost) by mx.me (8.12.3/8.12.3/Submit) id x",
        "Received: from me by mx.me with local (Exim 4.96) id 1a-2b-3c",
        "Received: by 2002:a05:6a10:1234:0:0:0:0 with SMTP id xyz; date",
        "Received: from mx.me by mx.me with LMTP id abc (envelope-from <a@b.example>)",
        "Received: from mx.me (localhost [local]) by mx.me (OpenSMTPD) with ESMTPA id 1",
        "Received: from localhost (localhost) by mx.me (8.14.4/8.14.4) id x; date",
        "Received: from a@b.example by mx.me by uid 501 with qmail-scanner-1.14 (clean. )",
        "Received: from pop.isp.example [198.51.100.77] by localhost with POP3 (fetchmail-6.4.37)",
    ],
)
def test_lines_that_tell_of_no_network_client_are_passed_over(line: str) -> None:
    assert address(border(line, OUTSIDE)) == "203.0.113.9"


@pytest.mark.parametrize(
    "line",
    ["Received: from localhost (good.example) by mx.me (8.14.4/8.14.4) id x",
     "Received: from somewhere by mx.me with SMTP", "Received: from somewhere",
     "Received: from [300.1.1.1] by mx.me with SMTP", "Received: from (((((((((",
     "Received: from a by b by c (" + "(" * 5000],
)  # fmt: skip
def test_line_that_is_not_understood_ends_the_walk(line: str) -> None:
    found = border(RELAY, line, OUTSIDE, FORGED)
    assert found.address is None
    assert not found.inside
    assert "not to be made out" in found.unknown


def test_message_that_never_was_outside() -> None:
    found = border(OWN, RELAY)
    assert found.inside
    assert found.address is None
    assert border().inside


def test_authenticated_session_at_the_border() -> None:
    assert border(RELAY, OUTSIDE.replace("ESMTP", "ESMTPSA")).authenticated
    assert not border(RELAY.replace("ESMTP", "ESMTPSA"), OUTSIDE).authenticated
    assert not border(OUTSIDE, FORGED.replace("ESMTP", "ESMTPSA")).authenticated
    told = {"client_address": "203.0.113.9", "authenticated": True}
    assert border(OUTSIDE, **told).authenticated


@pytest.mark.parametrize(
    ("lines", "sender"),
    [
        (["Return-Path: <a@b.example>", OUTSIDE], "a@b.example"),
        (["Return-Path: <>", OUTSIDE], ""),
        (["Return-Path: < >", OUTSIDE], ""),
        ([OUTSIDE, "Return-Path: <forged@b.example>"], None),
        (["Return-Path: <only@b.example>"], "only@b.example"),
        (["From a@b.example Mon Jan  1 00:00:00 2024", OUTSIDE], "a@b.example"),
        (["From MAILER-DAEMON Mon Jan  1 00:00:00 2024", OUTSIDE], ""),
    ],
)
def test_envelope_sender_from_the_top_of_the_message(lines: list[str], sender: str | None) -> None:
    assert border(*lines).sender == sender


def test_daemon_told_by_the_server_is_the_null_sender() -> None:
    assert border(OUTSIDE, sender="MAILER-DAEMON").sender == ""
    assert border(OUTSIDE, sender="mailer-daemon@b.example").sender == "mailer-daemon@b.example"


def test_headers_are_ours_only_above_the_border_line() -> None:
    head = f"X-Ours: 1\r\n{RELAY}\r\n{OUTSIDE}\r\n"
    assert border("X-Ours: 1", RELAY, OUTSIDE, FORGED).offset == head.index(OUTSIDE)
    told = border(RELAY, OUTSIDE, client_address="203.0.113.9")
    assert told.offset == f"{RELAY}\r\n".index("\r\n") + 2


def test_server_and_received_lines_that_disagree() -> None:
    """Only what stands above all Received lines is ours then."""
    found = border("X-Ours: 1", RELAY, OUTSIDE, client_address="198.51.100.7")
    assert address(found) == "198.51.100.7"
    assert found.offset == len("X-Ours: 1\r\n")


def test_path_in_words() -> None:
    words = border(OWN, RELAY, OUTSIDE, FORGED).sentences()
    assert words == [
        "from localhost [127.0.0.1] (helo localhost), by mx.me: believed, "
        "127.0.0.1 is this machine",
        "from relay.me [192.0.2.5] (helo relay.me), by mx.me: believed, "
        "192.0.2.5 is in the trusted network 192.0.2.0/24",
        "from host.example [203.0.113.9] (helo pc), by relay.me: not believed, "
        "the first client outside the trusted networks",
        "Received lines below, which the sender may have written: 1",
        "203.0.113.9 is the border",
    ]


@pytest.mark.parametrize("folder", ["easy-ham-1", "spam-2"])
def test_real_mail_has_a_border(shared: Path, folder: str) -> None:
    """Nearly every message of the corpus came in from outside, most of them through fetchmail."""
    paths = sorted((shared / "corpora" / "spamassassin" / folder).iterdir())[:400]
    found = [find(Headers(path.read_bytes()), Envelope(), ()) for path in paths]
    assert sum(one.address is not None for one in found) > 0.95 * len(found)
    assert not any(one.address and one.address.text.startswith("127.") for one in found)
