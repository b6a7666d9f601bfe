"""Postfix hands mail to `serve`, both set up as examples/ say: every promise, end to end."""

from __future__ import annotations

import re
import smtplib

import pytest

from tests.support.end_to_end.dovecot import encoded
from tests.support.end_to_end.mails import MAILS, REFUSED, RULES, message
from tests.support.end_to_end.postfix import BOUNCES, Postfix
from tests.support.end_to_end.serving import Site, SystemUsers
from tests.support.end_to_end.small_disk import full, mounted
from tests.support.waiting import wait_until

BY_CLIENT = """\
rules:
  - {name: near, when: {client_ip: 203.0.113.0/24, helo: no_dot}, then: {file: Near}}
  - {name: named, when: {client_name: '^mail\\.partner\\.example$'}, then: {file: Partner}}
"""
BROUGHT = {
    "Near": {"ADDR": "203.0.113.9", "NAME": "[UNAVAILABLE]", "HELO": "friend"},
    "Partner": {"ADDR": "198.51.100.7", "NAME": "mail.partner.example", "HELO": "partner.example"},
}


def test_every_message_is_in_its_folder_with_its_flags(site: Site, lmtp_postfix: Postfix) -> None:
    site.write_rules("anna", RULES.replace("maildir: ~/Maildir\n", ""))
    for mail in MAILS:
        lmtp_postfix.deliver(site.address("anna", mail.extension), mail.message, mail.sender)
    folders = {"": 1, ".Junk": 1, ".Daemon": 1, ".Lists.python-dev": 1, ".&TxqLcA-": 1}
    assert site.folders("anna") == {**folders, ".Shops": 1}
    assert re.search(r":2,S$", next((site.maildir("anna") / ".Junk/cur").iterdir()).name)
    assert site.folders("bert") == {}


def test_rules_see_the_client_that_brought_the_message(site: Site, lmtp_postfix: Postfix) -> None:
    site.write_rules("anna", BY_CLIENT)
    for client in BROUGHT.values():
        queue_id = lmtp_postfix.submit(site.address("anna"), message("Lunch?"), **client)
        assert lmtp_postfix.outcome(queue_id)[0] == "sent"
    lmtp_postfix.deliver(site.address("anna"), message("Lunch?"))
    assert site.folders("anna") == {".Near": 1, ".Partner": 1, "": 1}


def test_the_message_arrives_unchanged_with_its_envelope_once(
    site: Site, lmtp_postfix: Postfix
) -> None:
    sent = message("Lunch?", "X-Odd:  two spaces", body="From here\n\n.dot\n..\ntail")
    lmtp_postfix.deliver(site.address("anna", "shop"), sent)
    head, _, body = site.only_message("anna").read_bytes().partition(b"\n\n")
    assert body == b"From here\n\n.dot\n..\ntail\n"  # as SMTP takes it
    assert b"\nX-Odd:  two spaces" in head
    names = [line.split(b":")[0].lower() for line in head.splitlines()]
    assert (names.count(b"return-path"), names.count(b"delivered-to")) == (1, 1)


def test_addresses_beyond_ascii_come_through(site: Site, lmtp_postfix: Postfix) -> None:
    site.write_rules("anna", "rules: [{when: {extension: '^Łódź$'}, then: {file: Łódź}}]")
    with smtplib.SMTP("127.0.0.1", lmtp_postfix.port) as smtp:
        address = site.address("anna", "Łódź")
        sent = message("Lunch?").replace(b"\n", b"\r\n")
        smtp.sendmail(f"ańa@{BOUNCES}", [address], sent, mail_options=["SMTPUTF8"])
    wait_until(lambda: site.folders("anna") == {"." + encoded("Łódź"): 1}, "the message")
    head = site.only_message("anna").read_bytes().partition(b"\n\n")[0].decode()
    assert f"Return-Path: <ańa@{BOUNCES}>\nDelivered-To: {address}\n" in head


def test_unknown_user_bounces_and_the_others_have_the_message(
    site: Site, lmtp_postfix: Postfix
) -> None:
    addresses = [site.address(user) for user in ("anna", "nobody-here", "bert")]
    queue_id = lmtp_postfix.submit(" ".join(addresses), message("To all"))
    wait_until(lambda: len(lmtp_postfix.outcomes(queue_id)) == 3, "three outcomes")
    [bounce] = lmtp_postfix.wait_for_bounces()
    assert b"5.1.1" in bounce
    assert addresses[1].encode() in bounce
    assert addresses[0].encode() not in bounce.partition(b"Content-Type: message/rfc822")[0]
    assert (site.folders("anna"), site.folders("bert")) == ({"": 1}, {"": 1})
    assert lmtp_postfix.queue() == []


def test_a_reject_rule_sends_its_text_back(site: Site, lmtp_postfix: Postfix) -> None:
    site.write_rules("anna", RULES.replace("maildir: ~/Maildir\n", ""))
    queue_id = lmtp_postfix.submit(f"{site.address('anna')} {site.address('bert')}", REFUSED)
    wait_until(lambda: len(lmtp_postfix.outcomes(queue_id)) == 2, "two outcomes")
    [bounce] = lmtp_postfix.wait_for_bounces()
    assert b"Nothing of this kind is wanted here" in bounce
    assert b"5.7.1" in bounce
    assert (site.folders("anna"), site.folders("bert")) == ({}, {"": 1})


def test_postfix_asks_who_is_there_before_it_takes_mail_from_outside(
    site: Site, lmtp_postfix: Postfix
) -> None:
    client = BROUGHT["Partner"]
    lmtp_postfix.submit(site.address("anna", "asked"), message("Lunch?"), **client)
    with pytest.raises(AssertionError, match=r"550.*5\.1\.1"):
        lmtp_postfix.submit(site.address("nobody-asks"), message("Lunch?"), **client)
    wait_until(lambda: site.folders("anna") == {"": 1}, "the message")


def test_server_that_is_down_keeps_mail_in_the_queue(site: Site, lmtp_postfix: Postfix) -> None:
    site.service.stop()
    site.service.close()
    queue_id = lmtp_postfix.submit(site.address("anna"), message("Patience"))
    status, reason = lmtp_postfix.outcome(queue_id)
    assert status == "deferred", reason
    site.service.start()
    lmtp_postfix.flush()
    assert lmtp_postfix.outcome(queue_id, after=1)[0] == "sent"
    assert site.folders("anna") == {"": 1}
    assert lmtp_postfix.bounces() == []


def test_full_disk_defers_for_those_whose_it_is(site: Site, lmtp_postfix: Postfix) -> None:
    maildir = site.maildir("anna")
    site.service.stop()  # what is mounted later it would not see
    with mounted(site.owner("anna"), maildir):
        site.service.start()
        with full(maildir):
            addresses = f"{site.address('anna')} {site.address('bert')}"
            queue_id = lmtp_postfix.submit(addresses, message("Patience"))
            wait_until(lambda: len(lmtp_postfix.outcomes(queue_id)) == 2, "two outcomes")
            outcomes = dict(lmtp_postfix.outcomes(queue_id))
            assert outcomes.keys() == {"sent", "deferred"}
            assert "452 4.3.1" in outcomes["deferred"]
            assert (site.folders("anna"), site.folders("bert")) == ({}, {"": 1})
        lmtp_postfix.flush()
        assert lmtp_postfix.outcome(queue_id, after=2)[0] == "sent"
        assert (site.folders("anna"), site.folders("bert")) == ({"": 1}, {"": 1})
        assert lmtp_postfix.bounces() == []
        site.service.stop()


@pytest.mark.parametrize("site", ["system"], indirect=True)
def test_mail_is_its_recipients_own_and_never_roots(site: Site, lmtp_postfix: Postfix) -> None:
    assert isinstance(site, SystemUsers)
    addresses = f"{site.address('anna')} {site.address('bert')} root@{site.domain}"
    queue_id = lmtp_postfix.submit(addresses, message("To all"))
    wait_until(lambda: len(lmtp_postfix.outcomes(queue_id)) == 3, "three outcomes")
    for user, account in site.accounts.items():
        for path in (site.only_message(user), site.maildir(user), *site.maildir(user).iterdir()):
            assert (path.stat().st_uid, path.stat().st_gid) == account.ids, path
    assert len(lmtp_postfix.wait_for_bounces()) == 1
