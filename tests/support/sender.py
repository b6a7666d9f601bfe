"""sender: rules that ask everything about the sender, and decisions by them."""

from __future__ import annotations

from typing import Any

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.program.compiler import compile_rules
from maildrop_py.rules.program.program import Program

NOW = 1_700_000_000.0
SETTINGS = """
trust: {networks: [192.0.2.0/24], authserv_ids: [mx.me.example]}
server_names: [mx.me.example]
me: [me@me.example]
"""
CONDITIONS = """
spf: [pass, fail, softfail, neutral, none, permerror]
spf_whitelist: ["*@a.example"]
s25r: true
dynamic_fqdn: true
client_name: 'a'
client_tld: example
self_forged: true
dnsbl: one.example
dnsbl: two.example
dnsbl: {zone: three.example, codes: [2, 4-11]}
auth: {dkim: pass}
helo: no_dot
client_ip: 203.0.113.0/24
""".strip().splitlines()
HOP = "Received: from pc.a.example ([203.0.113.9]) by mx.me.example with ESMTP id 3\n"
REST = "From: Me <me@me.example>\nTo: me@me.example\nSubject: x\n"
TOLD = Envelope(sender="ann@a.example", recipient="me@me.example")


def rules(nameserver: str = "127.0.0.1:9", timeout: float = 20) -> Program:
    """A rule for each condition, and for its `not`, that writes its name down as a header."""
    lines = [SETTINGS, f'dns: {{timeout: {timeout}, nameservers: ["{nameserver}"]}}', "rules:"]
    for number, one in enumerate(CONDITIONS):
        lines.append(f"- {{name: '{number}', when: {{{one}}}, then: {{add_header: {{X: y}}}}}}")
        no = f"- {{name: 'not {number}', when: {{not: {{{one}}}}}, then: {{add_header: {{X: y}}}}}}"
        lines.append(no)
    return compile_rules(load_text("\n".join(lines)))


def fired(decision: Decision) -> list[str]:
    """The conditions that held, `not` before those whose `not` did."""
    names = [reason.rule for reason in decision.reasons]
    return [
        name.replace(name.split()[-1], CONDITIONS[int(name.split()[-1])]) for name in sorted(names)
    ]


def decided(
    head: str, program: Program, envelope: Envelope = TOLD, **more: Any
) -> tuple[Decision, Evidence]:
    """The decision about a message with these headers, and the evidence behind it."""
    message = Message(BytesSource(head.encode("utf-8", "surrogateescape") + b"\nbody\n"))
    evidence = Evidence(message, envelope, program.settings, zones=program.zones, **more)
    return decide(message, envelope, evidence, program, NOW), evidence
