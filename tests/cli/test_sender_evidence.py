"""Sender evidence through the real commands, with a real name server that may misbehave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.dns_server import DnsServer
from tests.support.sender_evidence import HONEST, LISTED, MAIL, RULES, TOLD, Desk


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
