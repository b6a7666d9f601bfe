"""Sender evidence as dry-run, check and refile show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maildrop_py.evidence.contacts import Contacts
from tests.support.dns_server import DnsServer
from tests.support.sender_evidence import HONEST, MAIL, RULES, TOLD, Desk


@pytest.fixture
def desk(tmp_path: Path, dns_server: DnsServer) -> Desk:
    return Desk(tmp_path, dns_server)


def test_explanation_shows_the_path_and_what_was_asked(desk: Desk) -> None:
    desk.server.set_zone(HONEST)
    relayed = (
        b"Authentication-Results: mx.me.example; dkim=pass header.d=a.example\n"
        b"Received: from out (relay.me.example [192.0.2.5]) by mx.me.example with ESMTP\n"
    )
    desk.use(RULES + "  - {{when: {{auth: {{dkim: pass}}}}, then: {{flags: seen}}}}\n")
    below = MAIL.replace(b"From:", b"Received: from x ([192.0.2.6]) by pc.a.example\nFrom:")
    rules = desk.rules.read_text().replace(
        "when: {spf_whitelist", "when: {subject: y, spf_whitelist"
    )
    desk.rules.write_text(rules.replace("spf: [pass, fail,", "spf: [fail,"))
    text = desk.dry_run("--explain", message=relayed + below).output
    for line in (
        "path:",
        "from relay.me.example [192.0.2.5] (helo out), by mx.me.example:"
        " believed, 192.0.2.5 is in the trusted network 192.0.2.0/24",
        "from unknown [203.0.113.9] (helo pc.a.example), by mx.me.example:"
        " not believed, the first client outside the trusted networks",
        "Received lines below, which the sender may have written: 1",
        "203.0.113.9 is the border",
        "client address 203.0.113.9, name: none that is verified (DNS)",
        "HELO: pc.a.example",
        "envelope sender: ann@a.example",
        "SPF pass: a.example lets 203.0.113.9 send (ip4:203.0.113.9), by DNS",
        "mx.me.example: dkim=pass",
    ):
        assert f"    {line}\n" in text.replace("path:", "    path:"), line
    assert "no: SPF says fail" in text


def test_path_is_shown_without_explain_only_if_a_rule_asks(desk: Desk) -> None:
    assert "path:" in desk.dry_run("--offline").output
    desk.use("rules: [{{when: {{subject: x}}, then: {{file: X}}}}]")
    assert "path:" not in desk.dry_run("--offline").output
    text = desk.dry_run("--explain", "--offline").output
    assert "client address 203.0.113.9, name: not looked up" in text
    assert "SPF" not in text


def test_dry_run_says_what_delivery_will_do_and_writes_nothing(desk: Desk) -> None:
    desk.server.set_zone(HONEST)
    found = json.loads(desk.dry_run("--json").output)
    assert (found["rule"], found["spf"]) == ("vouched for", "pass")
    assert not desk.state.exists()
    desk.deliver(*TOLD, message=MAIL)
    assert desk.last()["rule"] == "vouched for"
    before = desk.contents()
    desk.server.asked.clear()
    other = MAIL.replace(b"203.0.113.9", b"203.0.113.10")
    assert json.loads(desk.dry_run("--json", message=MAIL).output)["spf"] == "pass"
    assert desk.server.asked == []
    assert json.loads(desk.dry_run("--json", message=other).output)["spf"] == "fail"
    assert desk.contents() == before


def test_dry_run_knows_contacts_and_duplicates(desk: Desk) -> None:
    desk.use(
        "rules: [{{when: {{duplicate: true}}, then: {{file: Again}}}},"
        " {{when: {{known_sender: true}}, then: {{file: Known}}}}]"
    )
    Contacts(str(desk.state / "contacts")).add(["ann@a.example"])
    assert json.loads(desk.dry_run("--json").output)["folder"] == "Known"
    desk.deliver(*TOLD, message=MAIL)
    assert desk.folder() == ".Known"
    assert json.loads(desk.dry_run("--json").output)["folder"] == "Again"
    assert json.loads(desk.dry_run("--json").output)["folder"] == "Again"


def test_dry_run_names_failing_lists_once(desk: Desk, tmp_path: Path) -> None:
    desk.server.set_zone({"a.example": [{"TXT": "v=spf1 -all"}]})
    folder = tmp_path / "mail"
    folder.mkdir()
    for number in range(3):
        (folder / str(number)).write_bytes(MAIL.replace(b"113.9", b"113.%d" % (number + 1)))
    result = desk.dry_run(str(folder))
    assert result.stderr.count("DNS list one.example is not believed") == 1
    tests = [name for name, _ in desk.server.asked if name.startswith("2.0.0.127.")]
    assert len(tests) == 2  # each list once, though nothing may be written down


def test_check_names_failing_lists(desk: Desk) -> None:
    desk.server.set_zone({**HONEST, "*.two.example": [{"A": "127.0.0.2"}]})
    result = desk.run("check")
    assert result.exit_code == 0
    assert "DNS list two.example is not believed: it lists 127.0.0.1" in result.stderr
    assert "one.example" not in result.stderr
    assert desk.run("check", "--strict").exit_code == 1
    desk.server.asked.clear()
    assert desk.run("check", "--strict", "--offline").exit_code == 0
    assert desk.server.asked == []


def test_check_without_a_network_says_so_quickly(desk: Desk) -> None:
    desk.server.address = "127.0.0.1:9"
    desk.use(RULES)
    result = desk.run("check")
    assert result.exit_code == 0
    assert "DNS list one.example is not believed: name server 127.0.0.1" in result.stderr


def test_refile_asks_together_and_says_warnings_once(desk: Desk) -> None:
    desk.server.set_zone({})
    desk.use("rules: []")
    for number in range(3):
        desk.deliver(*TOLD, message=MAIL.replace(b"<1@", b"<%d@" % number))
    desk.use(RULES)
    desk.server.asked.clear()
    before = desk.contents()
    result = desk.run("refile", "--dry-run", str(desk.maildir))
    assert result.exit_code == 0, result.output
    assert result.stderr.count("DNS list one.example is not believed") == 1
    asked = [name for name, _ in desk.server.asked if name == "2.0.0.127.two.example"]
    assert len(asked) == 1
    assert desk.contents() == before
