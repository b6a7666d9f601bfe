"""evidence: each question once, in one budget, from the store where it knows, never an error."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path

import pytest

from maildrop_py.evidence.contacts import Contacts
from maildrop_py.message.envelope import Envelope
from maildrop_py.rules.language.settings import Settings
from tests.support.dns_server import DnsServer
from tests.support.evidence_desk import MAIL, ZONE, Desk


@pytest.fixture
def desk(tmp_path: Path, dns_server: DnsServer) -> Desk:
    return Desk(tmp_path / "state", dns_server)


def test_every_kind_of_evidence(desk: Desk) -> None:
    evidence = desk.about()
    border = evidence.border()
    assert border.address is not None
    assert border.address.text == "203.0.113.9"
    assert evidence.spf().result == "pass"
    assert evidence.vouched().addresses == ("ann@a.example",)
    assert evidence.reverse_name().name == "host.a.example"
    assert evidence.helo().kinds == ()
    assert evidence.dnsbl("one.example").answers == ()
    assert evidence.dnsbl("two.example").answers == ("127.0.0.4",)
    assert evidence.auth().unknown
    assert evidence.self_forged().forged is False
    assert evidence.known("ann@a.example") is False
    assert evidence.duplicate() is False
    assert evidence.warnings == []


def test_a_message_is_forgotten_when_nobody_speaks_of_it_any_more(desk: Desk) -> None:
    """Else its body stays in memory until circles are looked for, which takes time too."""
    gc.disable()
    try:
        evidence = desk.about()
        asked = evidence.spf(), evidence.helo(), evidence.spam(), evidence.known("ann@a.example")
        kept = weakref.ref(evidence), weakref.ref(evidence.message.parts)
        assert kept[1]() is not None
        assert evidence.message.parts.attachments == ()
        del evidence, asked
        assert [each() for each in kept] == [None, None]
    finally:
        gc.enable()


def test_lists_are_asked_together_and_everything_once(desk: Desk) -> None:
    evidence = desk.about()
    evidence.dnsbl("one.example")
    asked = len(desk.server.asked)
    evidence.dnsbl("two.example")
    evidence.spf()
    evidence.spf()
    assert len(desk.server.asked) == asked + 1


def test_next_message_of_the_same_sender_asks_nobody(desk: Desk) -> None:
    first = desk.about()
    zones = first.zones
    results = (first.spf().result, *map(first.dnsbl, zones))
    desk.server.asked.clear()
    second = desk.about(MAIL.replace("1@a.example", "2@a.example"))
    assert (
        second.spf().result,
        second.dnsbl("one.example"),
        second.dnsbl("two.example"),
    ) == results
    assert second.spf().source == "cache"
    assert desk.server.asked == []


def test_kept_spf_result_ends_with_its_record(desk: Desk) -> None:
    desk.about().spf()
    desk.clock.now += 301
    desk.server.set_zone({"a.example": [{"TXT": "v=spf1 -all"}]})
    assert desk.about().spf().result == "fail"


def test_result_that_depends_on_the_sender_is_kept_for_him_alone(desk: Desk) -> None:
    desk.server.set_zone(
        {
            "a.example": [{"TXT": "v=spf1 exists:%{l}.a.example -all"}],
            "ann.a.example": [{"A": "127.0.0.2"}],
        }
    )
    assert desk.about().spf().result == "pass"
    other = Envelope(sender="eve@a.example")
    assert desk.about(envelope=other).spf().result == "fail"
    assert desk.about().spf().result == "pass"


def test_temperror_is_not_kept(desk: Desk) -> None:
    desk.server.set_zone({"a.example": ["SERVFAIL"]})
    found = desk.about().spf()
    assert (found.result, bool(found.unknown)) == ("temperror", True)
    desk.server.set_zone(ZONE)
    assert desk.about().spf().result == "pass"


def test_silent_servers_cost_one_budget_in_all(desk: Desk) -> None:
    """Waiting is counted, not time passed, so that a slow machine does not matter."""
    desk.server.set_zone({"*": ["TIMEOUT"]})
    evidence = desk.about(MAIL.replace("host.a.example ", ""), timeout=0.4)
    assert evidence.spf().result == "temperror"
    assert evidence.dnsbl("one.example").unknown
    assert evidence.reverse_name().unknown
    assert evidence.self_forged().forged is False
    assert evidence._inquiry.budget().left() == 0
    assert evidence.duplicate() is False


def test_slow_servers_of_the_sender_leave_time_for_our_lists(desk: Desk) -> None:
    desk.server.set_zone({**ZONE, "a.example": ["TIMEOUT"]})
    evidence = desk.about(timeout=2)
    assert evidence.spf().result == "temperror"
    assert evidence.dnsbl("two.example").answers == ("127.0.0.4",)


def test_offline_asks_nobody_and_says_so(desk: Desk) -> None:
    evidence = desk.about(MAIL.replace("host.a.example ", ""), offline=True)
    assert (evidence.spf().result, evidence.spf().unknown) == ("unknown", "offline")
    assert evidence.dnsbl("two.example").unknown == "offline"
    assert evidence.reverse_name().unknown == "offline"
    assert evidence.vouched().unknown == "offline"
    assert evidence.helo().name == "pc.a.example"
    assert desk.server.asked == []


def test_offline_still_knows_what_the_store_knows(desk: Desk) -> None:
    desk.about().spf()
    desk.about().dnsbl("two.example")
    assert desk.about(offline=True).spf().result == "pass"
    assert desk.about(offline=True).dnsbl("two.example").answers


def test_name_that_no_server_looked_up_is_asked_for_and_verified(desk: Desk) -> None:
    mail = MAIL.replace("(host.a.example [203.0.113.9])", "([203.0.113.9])")
    reverse = {"9.113.0.203.in-addr.arpa": [{"PTR": "evil.example"}, {"PTR": "Real.A.example"}]}
    desk.server.set_zone({**ZONE, **reverse, "real.a.example": [{"A": "203.0.113.9"}]})
    assert desk.about(mail).reverse_name().name == "real.a.example"
    desk.server.set_zone({**ZONE, **reverse})
    assert desk.about(mail).reverse_name() == desk.about(mail).reverse_name()
    assert desk.about(mail).reverse_name().name == ""
    assert desk.about(mail).reverse_name().unknown == ""
    desk.server.set_zone({"*": ["SERVFAIL"]})
    assert desk.about(mail).reverse_name().unknown


def test_result_of_a_trusted_server_is_taken_before_dns(desk: Desk) -> None:
    line = "Received-SPF: softfail client-ip=203.0.113.9; envelope-from=ann@a.example\n"
    assert desk.about(line + MAIL).spf().result == "softfail"
    assert desk.server.asked == []
    below = MAIL.replace("From:", line + "From:")
    assert desk.about(below).spf().result == "pass"


def test_authenticated_sessions_have_no_spf(desk: Desk) -> None:
    assert "authenticated" in desk.about(MAIL.replace("ESMTP", "ESMTPSA")).spf().unknown


@pytest.mark.parametrize(
    ("mail", "envelope"),
    [
        ("\n", Envelope()),
        ("Subject: x\n\n", Envelope(sender="", recipient="")),
        (MAIL.replace("203.0.113.9", "192.0.2.9"), Envelope(sender="a@b.example")),
        (MAIL, Envelope()),
        (MAIL.replace("pc.a.example", "[]"), Envelope(sender="")),
        (MAIL, Envelope(sender='"a b@c"@\ud800.例え', helo="\ud800", client_address="203.0.113.9")),
        (MAIL.replace("Ann@A.example", "\x00@\x80,,<>;"), Envelope(sender="\x00@\x00.example")),
    ],
    ids=["empty", "no hop", "inside", "nothing told", "no helo", "surrogates", "controls"],
)
def test_odd_mail_raises_nothing(desk: Desk, mail: str, envelope: Envelope) -> None:
    evidence = desk.about(mail, envelope=envelope)
    assert evidence.spf().result
    assert evidence.border().sentences()
    evidence.vouched()
    evidence.reverse_name()
    evidence.helo()
    evidence.auth()
    evidence.dnsbl("one.example")
    evidence.self_forged()
    evidence.duplicate()
    evidence.known("\ud800@x")
    evidence.delivered()


def test_contacts_are_known_but_not_oneself(desk: Desk) -> None:
    Contacts(str(desk.state / "contacts")).add(["ann@a.example", "me@me.example"])
    evidence = desk.about()
    assert evidence.known("Ann@a.example") is True
    assert evidence.known("eve@a.example") is False
    assert evidence.known("me@me.example") is False
    assert desk.about(state=None).known("ann@a.example") is None


def test_contacts_that_others_may_write_to_are_unknown(desk: Desk) -> None:
    Contacts(str(desk.state / "contacts")).add(["ann@a.example"])
    os.chmod(desk.state / "contacts", 0o666)
    evidence = desk.about()
    assert evidence.known("ann@a.example") is None
    assert "writable" in evidence.warnings[0]


def test_duplicate_is_known_only_after_delivery(desk: Desk) -> None:
    assert desk.about().duplicate() is False
    again = desk.about()
    assert again.duplicate() is False
    again.delivered()
    assert desk.about().duplicate() is True
    assert desk.about(MAIL.replace("1@", "2@")).duplicate() is False
    assert desk.about(MAIL.replace("Message-ID", "X-ID")).duplicate() is False
    assert desk.about(state=None).duplicate() is None


def test_delivery_without_the_question_writes_nothing(desk: Desk) -> None:
    desk.about().delivered()
    assert not desk.state.exists()


def test_corrupt_store_costs_a_warning_and_nothing_else(desk: Desk) -> None:
    desk.about().spf()
    (desk.state / "evidence.sqlite").write_bytes(b"garbage " * 999)
    evidence = desk.about()
    assert evidence.spf().result == "pass"
    assert evidence.duplicate() is False
    assert "made again" in evidence.warnings[0]


def test_store_that_cannot_be_used_is_unknown_for_duplicates(desk: Desk) -> None:
    desk.state.write_text("a file where the folder should be")
    evidence = desk.about()
    assert evidence.duplicate() is None
    assert evidence.spf().result == "pass"
    assert len(evidence.warnings) == 1


def test_bad_list_is_named_in_a_warning(desk: Desk) -> None:
    evidence = desk.about()
    assert evidence.dnsbl("dead.example").unknown
    assert evidence.warnings == [
        "DNS list dead.example is not believed: "
        "it does not list 127.0.0.2, so it is dead (RFC 5782 5)"
    ]


def test_bad_settings_are_named_and_passed_over(desk: Desk) -> None:
    evidence = desk.about()
    evidence.settings = Settings(networks=("nonsense",), nameservers=("x", desk.server.address))
    evidence._inquiry.settings = evidence.settings
    assert evidence.spf().result == "pass"
    assert [warning.partition(":")[0] for warning in evidence.warnings] == [
        "trust.networks", "dns.nameservers",
    ]  # fmt: skip


def test_forged_mail_in_my_name(desk: Desk) -> None:
    mail = MAIL.replace("Ann@A.example", "Me@me.example")
    assert desk.about(mail).self_forged().forged is True
    signed = "Authentication-Results: mx.me; dkim=pass header.d=me.example\n"
    assert desk.about(signed + mail).self_forged().forged is False
    assert desk.about(mail + signed).self_forged().forged is True
