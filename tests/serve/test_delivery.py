"""Mail that comes in over LMTP and what becomes of it: rules, Maildirs, replies, the log."""

from __future__ import annotations

import os

import pytest

from tests.serve.conftest import Server, mail
from tests.support.dns_server import DnsServer
from tests.support.waiting import wait_until

ANNA, BERT = "anna@example.org", "bert@example.org"
URGENT = """
rules:
  - {name: urgent, when: {subject: urgent}, then: {file: Urgent, flags: [flagged]}}
  - {name: no thanks, when: {subject: refuse}, then: {reject: "we do not want this"}}
"""


def test_a_message_is_filed_by_the_rules_whole_and_logged(server: Server) -> None:
    server.write_rules(URGENT)
    server.start()
    assert server.hand_over(mail("urgent"), ANNA) == [f"250 2.0.0 <{ANNA}> delivered"]
    traces = b"Return-Path: <a@example.net>\nDelivered-To: anna@example.org\n"
    assert server.files("anna") == {".Urgent/cur:2,F": traces + mail("urgent")}
    (entry,) = server.log("anna")
    assert entry["rule"] == "urgent" and entry["recipient"] == ANNA


def test_without_a_rule_it_goes_to_inbox(server: Server) -> None:
    server.start()
    assert server.hand_over(mail("x", b"\0\xff\n.\n..\n"), ANNA)[0].startswith("250 ")
    ((folder, data),) = server.files("anna").items()
    assert folder == "new" and data.endswith(mail("x", b"\0\xff\n.\n..\n"))


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_recipients_share_one_file_that_names_none_of_them(server: Server, size: int) -> None:
    server.start()
    body = b"0123456789\n" * (size // 11)
    replies = server.hand_over(mail("x", body), ANNA, BERT, ANNA)
    assert replies == [f"250 2.0.0 <{name}> delivered" for name in (ANNA, BERT, ANNA)]
    paths = [next((server.folder / "users" / user / "new").iterdir()) for user in ("anna", "bert")]
    assert os.path.samefile(*paths) and paths[0].stat().st_nlink == 2
    assert server.files("anna") == {"new": b"Return-Path: <a@example.net>\n" + mail("x", body)}


def test_each_recipient_has_an_answer_of_his_own(server: Server) -> None:
    (server.folder / "users/anna/tmp").write_text("no directory")
    server.write_rules(URGENT.replace("rules:", "maildir: /nowhere\nrules:"))
    server.start()
    replies = server.hand_over(mail("refuse"), "nobody@example.org", BERT)
    assert replies[0] == "550 5.1.1 <nobody@example.org> is unknown here"
    assert replies[1] == "550 5.7.1 we do not want this" and not server.files("bert")
    replies = server.hand_over(mail("hello"), ANNA, BERT)
    assert replies[0].startswith("451 4.3.0 ") and replies[1].startswith("250 ")
    assert list(server.files("bert")) == ["new"]


def test_the_extension_reaches_the_rules(server: Server) -> None:
    server.write_rules("rules: [{when: {extension: '^(?P<x>\\w+)$'}, then: {file: 'Tags/{x}'}}]")
    server.start("--recipient-delimiter=+-")
    for name in ("Anna+News@example.org", "anna-jobs@EXAMPLE.org", "anna"):
        assert server.hand_over(mail("x"), name)[0].startswith("250 "), name
    assert set(server.files("anna")) == {".Tags.News/new", ".Tags.jobs/new", "new"}


def test_xforward_tells_the_rules_of_the_client(server: Server) -> None:
    server.write_rules("rules: [{when: {client_ip: 192.0.2.0/24}, then: {file: Net}}]")
    server.start()
    server.hand_over(mail("x"), ANNA, origin="ADDR=192.0.2.7 NAME=[UNAVAILABLE] HELO=x")
    server.hand_over(mail("x"), ANNA)
    assert set(server.files("anna")) == {".Net/new", "new"}


def test_everybody_has_duplicates_of_his_own(server: Server) -> None:
    server.write_rules("rules: [{when: {duplicate: true}, then: {file: Again}}]")
    server.start()
    for _ in range(2):
        assert server.hand_over(mail("x"), ANNA)[0].startswith("250 ")
    assert server.hand_over(mail("x"), BERT)[0].startswith("250 ")
    assert set(server.files("anna")) == {".Again/new", "new"} and set(server.files("bert")) == {
        "new"
    }


def test_programs_get_the_message_and_the_recipient(server: Server) -> None:
    place = server.folder / "seen"
    script = f"(printenv RECIPIENT; cat) > {place}"
    server.write_rules(
        "allow_commands: true\n"
        f"rules: [{{when: {{subject: run}}, then: {{pipe: [/bin/sh, -c, '{script}']}}}}]"
    )
    server.start()
    assert server.hand_over(mail("run"), ANNA, BERT)[0].startswith("250 ")
    recipient, data = place.read_bytes().split(b"\n", 1)
    traced = b"Return-Path: <a@example.net>\nDelivered-To: " + recipient + b"\n" + mail("run")
    assert data == traced and recipient.decode() in (ANNA, BERT)


def test_a_program_that_fails_keeps_the_message_with_the_server(server: Server) -> None:
    server.write_rules("allow_commands: true\nrules: [{then: {copy: Copies, pipe: [/bin/false]}}]")
    server.start()
    assert server.hand_over(mail("x"), ANNA)[0].startswith("451 ")
    assert server.files("anna") == {}


def test_a_dns_server_that_is_silent_holds_up_nobody_else(
    server: Server, dns_server: DnsServer
) -> None:
    dns_server.set_zone({"*.list.example": ["TIMEOUT"]})
    server.write_rules(
        f"dns: {{timeout: 2, nameservers: ['{dns_server.address}']}}\n"
        "rules:\n"
        "  - {when: {subject: quick}, then: {file: Quick}}\n"
        "  - {when: {dnsbl: list.example}, then: {file: Listed}}\n"
    )
    server.start()
    slow = server.client("ADDR=192.0.2.7 NAME=x.example HELO=x")
    slow.say("MAIL FROM:<>", f"RCPT TO:<{ANNA}>", "DATA")
    slow.send(mail("slow").replace(b"\n", b"\r\n") + b".\r\n")
    assert server.hand_over(mail("quick"), ANNA)[0].startswith("250 ")
    assert list(server.files("anna")) == [".Quick/new"]  # the other is still waiting
    assert slow.reply().startswith("250 ")
    assert set(server.files("anna")) == {".Quick/new", "new"}


def test_a_lock_that_another_program_holds_holds_up_nobody_else(server: Server) -> None:
    server.write_rules(
        "rules:\n"
        "  - {when: {subject: quick}, then: {file: Quick}}\n"
        "  - {when: {subject: slow}, then: {file: Slow, flags: [$Work]}}\n"
    )
    folder = server.folder / "users/anna/.Slow"
    folder.mkdir(mode=0o700)
    (folder / "dovecot-uidlist.lock").write_text("1:another.host")
    server.start()
    slow = server.client()
    slow.say("MAIL FROM:<>", f"RCPT TO:<{ANNA}>", "DATA")
    slow.send(mail("slow").replace(b"\n", b"\r\n") + b".\r\n")
    assert server.hand_over(mail("quick"), ANNA)[0].startswith("250 ")
    filed = set(server.files("anna"))
    assert ".Quick/new" in filed and not filed & {".Slow/new", ".Slow/cur:2,"}
    assert slow.reply().startswith("250 ")
    assert {".Quick/new", ".Slow/new"} == set(server.files("anna"))
    wait_until(lambda: "keywords not set: '$Work'" in str(server.log("anna")))


def test_a_client_that_vanishes_leaves_nothing(server: Server) -> None:
    server.start()
    talk = server.client()
    talk.open("anna")
    talk.send(b"Subject: x\r\n\r\n" + b"y" * 60 + b"\r\n" * 100_000)
    wait_until(lambda: set(server.files("anna")) == {"tmp"})  # too large for memory
    talk.close()
    wait_until(lambda: not server.files("anna"))
    assert server.hand_over(mail("x"), ANNA)[0].startswith("250 ")


def test_the_log_may_be_elsewhere_or_nowhere(server: Server) -> None:
    server.start(f"--log={server.folder}/logs/{{domain}}.jsonl")
    server.hand_over(mail("x"), ANNA, BERT)
    assert len((server.folder / "logs/example.org.jsonl").read_text().splitlines()) == 2
    server.stop()
    server.start("--log=none")
    server.hand_over(mail("x"), ANNA)
    assert not (server.folder / "state/anna").exists()


def test_the_first_mail_of_a_new_domain_is_delivered(server: Server) -> None:
    """With --create, though nobody has made the directory of the domain."""
    server.start(f"--maildir={server.folder}/users/{{domain}}/{{user}}", "--create")
    replies = server.hand_over(mail("x"), "carl@new.example", "carl+shop@new.example")
    assert [reply[:4] for reply in replies] == ["250 ", "250 "]
    assert sorted(path.name for path in (server.folder / "users/new.example").iterdir()) == ["carl"]


def test_it_stops_when_told(server: Server) -> None:
    server.start("--workers=2")
    server.hand_over(mail("x"), ANNA)
    assert server.stop() == 0 and not os.path.exists(server.socket)
    assert server.errors == (
        f"maildrop-py: listening on {server.socket}\n"
        "maildrop-py: ends after the messages that have begun\n"
    )


def test_a_limit_that_a_message_reached_is_in_the_log(server: Server) -> None:
    server.write_rules("rules: [{when: {body: nowhere}, then: {file: A}}]")
    server.start()
    head = b"Content-Type: multipart/mixed; boundary=b\nMessage-ID: <many@example.org>\n\n"
    server.hand_over(head + b"--b\n\nx\n" * 1100, ANNA)
    (entry,) = server.log("anna")
    assert entry["message_id"] == "<many@example.org>"
    assert entry["warnings"] == ["more than 1000 parts: the rest was not taken apart for rules"]
