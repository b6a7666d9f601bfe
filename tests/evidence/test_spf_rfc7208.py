"""spf: the test suite of RFC 7208, through our own door, against a real DNS server.

All of it can be said in DNS: the zone data is served on loopback over UDP and
TCP, TIMEOUT by never answering. (A TXT record without strings, which is
illegal, goes over the wire too.)
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from maildrop_py.evidence import resolver, spf
from maildrop_py.evidence.budget import Budget
from maildrop_py.message import ip
from tests.support.dns_server import DnsServer, spf_zone

SUITE = Path(__file__).resolve().parents[3] / "shared" / "spf" / "rfc7208-tests.yml"
RECEIVER = "receiver.example.org"


def scenarios() -> list[Any]:
    if not SUITE.exists():
        return [pytest.param({}, "", {}, marks=pytest.mark.skip("needs ../shared/spf"))]
    documents = yaml.load_all(
        SUITE.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return [
        pytest.param(document["zonedata"], name, test, id=f"{document['description']}: {name}")
        for document in documents
        for name, test in document["tests"].items()
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    opened = DnsServer()
    yield opened
    opened.close()


@pytest.mark.parametrize(("zone", "name", "test"), scenarios())
def test_rfc7208(server: DnsServer, zone: dict[str, Any], name: str, test: dict[str, Any]) -> None:
    expected = test["result"] if isinstance(test["result"], list) else [test["result"]]
    silent = "temperror" in expected or name == "exp-dns-error"
    server.set_zone(spf_zone(zone))
    asked = resolver.Resolver(
        (resolver.parse_server(server.address),), Budget(0.3 if silent else 30, time.monotonic)
    )
    address = ip.parse(test["host"])
    assert address is not None
    who = spf.identity(test["mailfrom"], test["helo"])
    found, life, _ = spf.check(address, who, test["helo"], asked, 1_000_000_000.0, RECEIVER)
    assert found.result in expected, found
    assert bool(found.unknown) == (found.result == "temperror")
    assert life == 0 or not found.unknown
    if "explanation" in test:
        wanted = test["explanation"]
        assert found.explanation == ("" if wanted == "DEFAULT" else wanted)
