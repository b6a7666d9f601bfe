"""What evidence imports: nothing unless it is asked, and little where the store knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.dns_server import DnsServer
from tests.support.evidence_desk import MAIL, Desk


@pytest.fixture
def desk(tmp_path: Path, dns_server: DnsServer) -> Desk:
    return Desk(tmp_path / "state", dns_server)


IMPORTS = """
import sys
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rules.language.settings import Settings
before = set(sys.modules)
mail = sys.stdin.buffer.read()
state, action, server = sys.argv[1:]
settings = Settings(nameservers=(server,), dns_timeout=20.0)
told = Envelope(sender="ann@a.example", recipient="me@me.example")
evidence = Evidence(Message(BytesSource(mail)), told, settings, state=state,
                    zones=("one.example", "two.example"))
if action == "ask":
    assert evidence.spf().result == "pass", evidence.spf()
    assert evidence.reverse_name().name
    assert evidence.dnsbl("one.example").unknown == ""
    assert evidence.dnsbl("two.example").answers
    assert evidence.known("ann@a.example") is False
evidence.delivered()
print(*sorted(set(sys.modules) - before))
"""


def modules_loaded(desk: Desk, action: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(desk.state), action, desk.server.address],
        input=MAIL.encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode().split()


def test_evidence_that_is_not_asked_imports_nothing(desk: Desk) -> None:
    assert modules_loaded(desk, "nothing") == []
    assert desk.server.asked == []


def test_warm_store_needs_neither_dns_nor_pyspf(desk: Desk) -> None:
    cold = modules_loaded(desk, "ask")
    assert {"spf", "dns"} <= set(cold)
    warm = modules_loaded(desk, "ask")
    heavy = {"spf", "dns", "ipaddress", "socket", "re", "re2", "email", "json", "enum", "typing"}
    assert heavy.isdisjoint(warm)
    assert {"sqlite3", "_sqlite3"} & set(warm)
