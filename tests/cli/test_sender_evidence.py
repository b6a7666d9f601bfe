"""Sender evidence through the real commands, with a real name server that may misbehave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from maildrop_py.evidence.contacts import Contacts
from tests.support.cli_account import Account
from tests.support.dns_server import DnsServer

RULES = """
dns: {{timeout: {timeout}, nameservers: ["{server}"]}}
trust: {{networks: [192.0.2.0/24], authserv_ids: [mx.me.example]}}
rules:
  - name: listed
    when: {{dnsbl: [one.example, {{zone: two.example, codes: [2, 4-11]}}]}}
    then: {{file: Listed}}
  - name: not listed
    when: {{not: {{dnsbl: one.example}}}}
    then: {{add_header: {{X-Listed: "no"}}}}
  - name: vouched for
    when: {{spf_whitelist: "*@a.example"}}
    then: {{file: Vouched}}
  - name: forged
    when: {{spf: [pass, fail, softfail, neutral, permerror]}}
    then: {{file: Forged}}
  - name: a line
    when: {{any: {{s25r: [1, 2, 3, 4, 5, 6], client_tld: example, client_name: a}}}}
    then: {{file: Line}}
"""
MAIL = b"""Received: from pc.a.example ([203.0.113.9]) by mx.me.example with ESMTP id 3
From: Ann <ann@a.example>
To: me@me.example
Message-ID: <1@a.example>
Subject: x

body
"""
HONEST: dict[str, list[Any]] = {
    "a.example": [{"TXT": "v=spf1 ip4:203.0.113.9 -all"}],
    "2.0.0.127.one.example": [{"A": "127.0.0.2"}],
    "2.0.0.127.two.example": [{"A": "127.0.0.2"}],
}
LISTED = {"9.113.0.203.two.example": [{"A": "127.0.0.4"}]}
TOLD = ("--sender", "ann@a.example", "--recipient", "me@me.example")


class Desk(Account):
    """An account whose rules ask a name server on loopback."""

    def __init__(self, home: Path, server: DnsServer) -> None:
        super().__init__(home)
        self.server = server
        self.maildir.mkdir()
        self.state = home / ".local/state/maildrop-py"
        self.use(RULES)

    def use(self, rules: str, timeout: float = 20) -> None:
        self.rules.write_text(rules.format(server=self.server.address, timeout=timeout))

    def dry_run(self, *arguments: str, message: bytes = MAIL) -> Result:
        return self.run("dry-run", *TOLD, *arguments, message=message)

    def run(self, *arguments: str, message: bytes = b"") -> Result:
        home = {"HOME": str(self.home)}
        return CliRunner().invoke(app, arguments, input=message, env=home)

    def folder(self) -> str:
        """Where the only message is."""
        (path,) = self.files()
        return path.parent.parent.name

    def last(self) -> dict[str, Any]:
        return self.log()[-1]

    def contents(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.state.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path, dns_server: DnsServer) -> Desk:
    return Desk(tmp_path, dns_server)


def test_honest_answers_decide(desk: Desk) -> None:
    desk.server.set_zone(HONEST | LISTED)
    assert desk.deliver(*TOLD, message=MAIL) == (0, b"", b"")
    assert desk.folder() == ".Listed"
    assert desk.last()["warnings"] == []
    desk.server.set_zone(HONEST)
    other = MAIL.replace(b"203.0.113.9", b"203.0.113.10")
    desk.deliver(*TOLD, message=other)
    assert (desk.last()["rule"], desk.last()["folders"]) == ("forged", ["Forged"])


def test_lists_are_asked_together_and_only_for_rules(desk: Desk) -> None:
    desk.server.set_zone(HONEST | LISTED)
    desk.use(RULES.replace("when: {{dnsbl: [one", "when: {{subject: y, dnsbl: [one"))
    desk.deliver(*TOLD, message=MAIL)
    zones = [name.rpartition("127.")[2] for name, _ in desk.server.asked if "127." in name]
    assert zones == ["one.example", "one.example", "two.example", "two.example"]
    desk.server.asked.clear()
    desk.use("rules: [{{when: {{subject: x}}, then: {{file: X}}}}]")
    desk.deliver(*TOLD, message=MAIL)
    assert desk.server.asked == []


@pytest.mark.parametrize(
    ("zone", "seconds"),
    [
        ({"*": ["GARBAGE"]}, 20),
        ({"*": ["SERVFAIL"]}, 20),
        ({"*": ["REFUSED"]}, 20),
        ({"*": ["TRUNCATED_ONLY"]}, 20),
        ({"*": [{"CNAME": "loop.example"}]}, 20),
        ({"*": [{"A": "127.0.0.2"}, {"TXT": "127.0.0.2"}]}, 20),
        ({"*": [{"A": "127.0.0.1"}]}, 20),
        ({"*": [{"A": "203.0.113.80"}]}, 20),
        ({"*": [{"A": "127.255.255.254"}]}, 20),
        ({"*": ["TIMEOUT"]}, 0.5),
        ({"*": ["NOISE"]}, 0.5),
        ({"*": ["WRONG_ID"]}, 0.5),
        ({"*": ["WRONG_QUESTION"]}, 0.5),
        ({"*": ["DRIPPING"]}, 0.5),
        ({}, 20),
    ],
    ids=lambda value: str(value)[:60],
)
def test_answers_that_are_none_decide_nothing_and_mail_goes_on(
    desk: Desk, zone: dict[str, list[Any]], seconds: float
) -> None:
    desk.server.set_zone(zone)
    desk.use(RULES, seconds)
    assert desk.deliver(*TOLD, message=MAIL) == (0, b"", b"")
    assert desk.last()["folders"] == ["INBOX"]
    assert desk.last()["reasons"] == []
    warnings = " ".join(desk.last()["warnings"])
    assert all(f"DNS list {zone}.example is not believed" in warnings for zone in ("one", "two"))


def test_name_server_that_is_not_there(desk: Desk) -> None:
    desk.server.address = "127.0.0.1:9"
    desk.use(RULES)
    assert desk.deliver(*TOLD, message=MAIL) == (0, b"", b"")
    assert desk.last()["folders"] == ["INBOX"]


def test_state_that_cannot_be_written_is_a_warning(desk: Desk) -> None:
    desk.server.set_zone(HONEST | LISTED)
    desk.state.parent.mkdir(parents=True)
    desk.state.write_text("a file where a folder should be")
    log = desk.home / "log"
    assert desk.deliver(*TOLD, "--log", str(log), message=MAIL) == (0, b"", b"")
    assert desk.folder() == ".Listed"
    assert "evidence.sqlite is not used" in json.loads(log.read_text())["warnings"][0]


MODULES = """
import sys
from maildrop_py.cli.deliver import run
assert run(sys.argv[1:]) == 0
print(*sorted(sys.modules))
"""


def modules_loaded(desk: Desk, **environ: str) -> set[str]:
    """What a delivery imports, its rules compiled before."""
    home = {"HOME": str(desk.home), "PATH": os.environ["PATH"], **environ}
    command = [sys.executable, "-I", "-c", MODULES, *TOLD]
    for _ in range(2):
        done = subprocess.run(command, input=MAIL, stdout=subprocess.PIPE, check=True, env=home)
    return set(done.stdout.decode().split())


def test_message_that_needs_no_evidence_loads_none(desk: Desk) -> None:
    desk.use(
        "rules: [{{when: {{subject: y, spf: pass, dnsbl: one.example}}, then: {{file: X}}}},"
        " {{when: {{spf_whitelist: b.example, subject: z}}, then: {{file: X}}}}]"
    )
    loaded = modules_loaded(desk)
    assert {name for name in loaded if name.startswith("maildrop_py.evidence.")} == {
        "maildrop_py.evidence.evidence"
    }
    assert {"dns", "spf", "_sqlite3", "socket", "re", "yaml"}.isdisjoint(loaded)


def test_name_that_the_server_told_needs_no_dns(desk: Desk) -> None:
    desk.use(
        "dns: {{nameservers: ['{server}']}}\n"
        "rules: [{{when: {{s25r: true, client_name: {{contains: b}}, helo: no_dot,"
        " dynamic_fqdn: true}}, then: {{file: Line}}}}]"
    )
    told = {"CLIENT_ADDRESS": "203.0.113.9", "CLIENT_HOSTNAME": "203-0-113-9.dsl.b.example"}
    loaded = modules_loaded(desk, **told, CLIENT_HELO="friend")
    assert desk.last()["folders"] == ["Line"]
    heavy = {"dns", "spf", "_sqlite3", "socket", "re", "ipaddress", "typing", "enum"}
    assert heavy.isdisjoint(loaded)
    assert "maildrop_py.evidence.resolver" not in loaded
    assert desk.server.asked == []


def test_warm_caches_need_neither_dns_nor_pyspf(desk: Desk) -> None:
    desk.server.set_zone(HONEST)
    desk.use(
        "dns: {{nameservers: ['{server}']}}\n"
        "rules: [{{when: {{spf: pass, s25r: 1, not: {{any: [{{dnsbl: one.example}},"
        " {{dnsbl: two.example}}]}}}}, then: {{file: Fine}}}}]"
    )
    told = {"CLIENT_ADDRESS": "203.0.113.9", "CLIENT_HOSTNAME": "1-2.b.example"}
    loaded = modules_loaded(desk, **told)
    assert desk.last()["folders"] == ["Fine"]
    heavy = {"dns", "spf", "socket", "re", "ipaddress", "typing", "enum", "email", "json"}
    assert heavy.isdisjoint(loaded)


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
