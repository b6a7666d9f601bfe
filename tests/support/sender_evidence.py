"""sender_evidence: an account whose rules ask a name server on loopback, which may misbehave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
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
