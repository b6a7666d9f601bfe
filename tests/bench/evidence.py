"""evidence: one delivery by rules that need SPF, S25R and two DNS lists, caches warm.

A DNS server on loopback answers while the caches are filled, and is stopped
before anything is measured: what is timed is all but DNS.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.bench.deliveries import INTERPRETER, interpreter
from tests.bench.measure import Command, medians, once
from tests.bench.place import environment, home_of
from tests.bench.rivals.rival import make_maildir
from tests.bench.table import markdown, milliseconds, times, verdict
from tests.bench.user import as_user, hand_over
from tests.support.dns_server import DnsServer

ROUNDS = 40
LISTS = ("one.example", "two.example")
CLIENT, REVERSED = "203.0.113.77", "77.113.0.203"

RULES = """
maildir: {home}/Maildir
dns: {{timeout: 5, nameservers: ["{server}"]}}
rules:
  - {{name: spf, when: {{spf: pass}}, then: {{score: -1}}}}
  - {{name: s25r, when: {{s25r: true}}, then: {{score: 2}}}}
  - {{name: one, when: {{dnsbl: one.example}}, then: {{score: 4}}}}
  - {{name: two, when: {{dnsbl: two.example}}, then: {{score: 4}}}}
  - {{name: junk, when: {{spam_score: ">= 5"}}, then: {{file: Junk}}}}
"""

MESSAGE = (
    "Return-Path: <someone@sender.example>\n"
    f"Received: from mail.sender.example (77-113-0-203.line.example [{CLIENT}])\n"
    "\tby mx.example.com (Postfix) with ESMTPS id 4F0C81A2B3\n"
    "\tfor <me@example.com>; Sat, 21 Nov 2026 17:00:00 +0000 (UTC)\n"
    "From: Some One <someone@sender.example>\nTo: me@example.com\n"
    "Subject: hello\nMessage-ID: <1@sender.example>\n\n"
)


def report() -> str:
    """The table, and whether the promise was kept."""
    home = home_of("evidence")
    command = _prepare(home)
    taken = medians([interpreter(), command], ROUNDS)
    base, own = taken[INTERPRETER], taken[command.name]
    rows = [
        [name, milliseconds(time), times(time / base)]
        for name, time in ((INTERPRETER, base), (command.name, own))
    ]
    title = f"One delivery, SPF, S25R and two DNS lists, median of {ROUNDS}"
    table = markdown([title, "time", "interpreter"], rows)
    return f"{table}\n\nagainst the interpreter: {verdict(own / base, 2.5)}"


def _prepare(home: Path) -> Command:
    """The command, run twice with a DNS server at hand; it is gone when this returns."""
    make_maildir(home / "Maildir")
    message = home / "message"
    message.write_text(MESSAGE + "some text of the body\n" * 200)
    rules = home / ".config/maildrop-py/rules.yaml"
    rules.parent.mkdir(parents=True)
    with closing(DnsServer(_zone())) as server:
        rules.write_text(RULES.format(home=home, server=server.address))
        hand_over(home)
        program = str(environment() / "bin/maildrop-py")
        env = {"HOME": str(home)}
        command = Command("maildrop-py", [program, "deliver"], env, stdin=str(message))
        for _ in range(2):
            as_user(lambda: once(command))
    if not list((home / "Maildir/.Junk/new").glob("*")):
        raise OSError("the evidence was not believed: nothing was filed into Junk")
    return command


def _zone() -> dict[str, list[object]]:
    """The sender's SPF record, and two lists that list the client and pass their self-test."""
    zone: dict[str, list[object]] = {
        "sender.example": [{"TXT": f"v=spf1 ip4:{CLIENT} -all"}, {"TTL": 3600}]
    }
    for listing in LISTS:
        zone[f"{REVERSED}.{listing}"] = [{"A": "127.0.0.2"}, {"TTL": 3600}]
        zone[f"2.0.0.127.{listing}"] = [{"A": "127.0.0.2"}, {"TTL": 3600}]
    return zone
