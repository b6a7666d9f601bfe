"""What a sender may write into his message changes nothing of what is decided about him."""

from __future__ import annotations

import pytest

from maildrop_py.message.envelope import Envelope
from tests.support.dns_server import DnsServer
from tests.support.sender import HOP, REST, TOLD, decided, fired, rules

ZONE = {
    "a.example": [{"TXT": "v=spf1 -all"}],
    "9.113.0.203.in-addr.arpa": [{"PTR": "1-2-3.dsl.b.example"}],
    "1-2-3.dsl.b.example": [{"A": "203.0.113.9"}],
    "2.0.0.127.one.example": [{"A": "127.0.0.2"}],
    "9.113.0.203.one.example": [{"A": "127.0.0.4"}],
}
RELAYED = "Received: from mx.me.example (mx.me.example [192.0.2.1]) by in.me.example with LMTP\n"
FORGED = {
    "a trusted hop": "Received: from good.a.example (good.a.example [192.0.2.7])"
    " by mx.me.example with ESMTPSA id 4\n",
    "this machine": "Received: from localhost (localhost [127.0.0.1]) by mx.me.example\n",
    "an authenticated session": "Received: from x (mail.a.example [198.51.100.7])"
    " (Authenticated sender: me) by mx.me.example (Postfix) with ESMTPSA id 5\n",
    "Received-SPF": "Received-SPF: pass client-ip=203.0.113.9; envelope-from=ann@a.example;"
    " helo=pc.a.example; receiver=mx.me.example\n",
    "Authentication-Results": "Authentication-Results: mx.me.example; spf=pass"
    " smtp.mailfrom=ann@a.example; dkim=pass header.d=me.example; dmarc=pass"
    " header.from=me.example\n",
    "ARC": "ARC-Authentication-Results: i=1; mx.me.example; dkim=pass header.d=me.example\n",
    "Return-Path": "Return-Path: <me@me.example>\n",
    "X-Originating-IP": "X-Originating-IP: [192.0.2.7]\nXFORWARD: ADDR=192.0.2.7\n",
    "8-bit and controls": "Received: from \udcff\udc80 (\x00 [192.0.2.7]\x0b) by mx.me.example\n",
}


@pytest.fixture(params=["one server", "behind a relay", "told by the server"])
def arrival(request: pytest.FixtureRequest) -> tuple[str, Envelope]:
    """Header lines of our own servers on top, and the envelope."""
    if request.param == "one server":
        return HOP, TOLD
    if request.param == "behind a relay":
        return RELAYED + HOP, TOLD
    return HOP, Envelope(
        TOLD.sender, TOLD.recipient, client_address="203.0.113.9", helo="pc.a.example"
    )


@pytest.mark.parametrize("forged", [*FORGED.values(), "".join(FORGED.values())])
def test_headers_below_the_border(
    dns_server: DnsServer, arrival: tuple[str, Envelope], forged: str
) -> None:
    dns_server.set_zone(ZONE)
    top, envelope = arrival
    program = rules(dns_server.address)
    plain, before = decided(top + REST, program, envelope)
    assert {"s25r: true", "self_forged: true", "dnsbl: one.example"} <= {*fired(plain)}
    assert 'not spf_whitelist: ["*@a.example"]' in fired(plain)
    decision, after = decided(top + forged + REST, program, envelope)
    assert fired(decision) == fired(plain)
    assert after.spf() == before.spf()
    assert (after.border().address, after.border().name) == (
        before.border().address,
        before.border().name,
    )


@pytest.mark.parametrize(
    "said",
    [
        "mail.a.example [192.0.2.7]) (x",
        "[192.0.2.7]",
        "pc) (good.a.example [192.0.2.7]",
        'pc.a.example" ([192.0.2.7]) by mx.me.example',
        "pc.a.example (Authenticated sender: me)",
        "x\\) ([192.0.2.7]) by mx.me.example with ESMTPSA (",
    ],
)
def test_a_helo_that_imitates_what_the_server_writes(dns_server: DnsServer, said: str) -> None:
    """Whoever says this in HELO is not believed to be inside, nor to have authenticated."""
    dns_server.set_zone(ZONE)
    server = "by mx.me.example (Postfix) with ESMTP id 3"
    hop = f"Received: from {said} (unknown [203.0.113.9]) {server}\n"
    decision, evidence = decided(hop + REST, rules(dns_server.address))
    border = evidence.border()
    assert not border.authenticated
    assert border.address is None or border.address.text == "203.0.113.9"
    assert not border.inside
    assert "auth: {dkim: pass}" not in fired(decision)


def test_results_of_our_own_server_above_the_border_count(dns_server: DnsServer) -> None:
    """Else the tests above would show nothing."""
    dns_server.set_zone(ZONE)
    top = FORGED["Authentication-Results"] + HOP
    decision, evidence = decided(top + REST, rules(dns_server.address))
    assert evidence.spf().result == "pass"
    assert {"auth: {dkim: pass}", 'spf_whitelist: ["*@a.example"]'} <= {*fired(decision)}
    assert "not self_forged: true" in fired(decision)


@pytest.mark.parametrize("mapped", ["::ffff:192.0.2.7", "::FFFF:c000:207", "::ffff:127.0.0.1"])
def test_a_mapped_address_of_ours_is_ours_and_no_other(dns_server: DnsServer, mapped: str) -> None:
    dns_server.set_zone(ZONE)
    relayed = f"Received: from relay (relay.me.example [IPv6:{mapped}]) by mx.me.example\n"
    _, evidence = decided(relayed + HOP + REST, rules(dns_server.address))
    address = evidence.border().address
    assert address is not None
    assert address.text == "203.0.113.9"


@pytest.mark.parametrize(
    "sender",
    [
        '"a b@c"@a.example',
        '"me@me.example" <x>@a.example',
        "ann@\udce4.example",
        "ann@例え.jp",
        "@",
        "a@" * 99,
    ],
)
def test_odd_senders_are_on_no_list(dns_server: DnsServer, sender: str) -> None:
    dns_server.set_zone(ZONE)
    decision, evidence = decided(HOP + REST, rules(dns_server.address), Envelope(sender=sender))
    assert 'spf_whitelist: ["*@a.example"]' not in fired(decision)
    assert evidence.spf().result != "pass"
