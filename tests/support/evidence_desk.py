"""evidence_desk: evidence about one mail after another, from a name server on loopback."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rules.language.settings import Settings
from tests.support.dns_server import DnsServer

MAIL = """Received: from pc.a.example (host.a.example [203.0.113.9]) by mx.me with ESMTP id 3
From: Ann <Ann@A.example>
To: me@me.example
Message-ID: <1@a.example>
Subject: x

"""
ZONE: dict[str, list[Any]] = {
    "a.example": [{"TXT": "v=spf1 ip4:203.0.113.9 -all"}],
    "2.0.0.127.one.example": [{"A": "127.0.0.2"}],
    "2.0.0.127.two.example": [{"A": "127.0.0.2"}],
    "9.113.0.203.two.example": [{"A": "127.0.0.4"}],
}


class Clock:
    """Wall time that stands still; real time for budgets."""

    now = 1_700_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return time.monotonic()


class Desk:
    """Makes Evidence about one mail after another, with one state folder."""

    def __init__(self, state: Path, server: DnsServer) -> None:
        self.state = state
        self.server = server
        self.clock = Clock()
        server.set_zone(ZONE)

    def about(self, mail: str = MAIL, timeout: float = 20, **more: Any) -> Evidence:
        settings = Settings(
            networks=("192.0.2.0/24",),
            authserv_ids=("mx.me",),
            dns_timeout=timeout,
            nameservers=(self.server.address,),
            me=("me@me.example",),
            server_names=("mx.me",),
        )
        told = Envelope(sender="ann@a.example", recipient="me@me.example")
        more = {"state": str(self.state), "zones": ("one.example", "two.example"), **more}
        envelope = more.pop("envelope", told)
        message = Message(BytesSource(mail.encode()))
        return Evidence(message, envelope, settings, clock=self.clock, **more)
