"""policy_scenario: clients of every kind that send to a real Postfix, on an accelerated clock.

Who they are is told by XCLIENT. Times are those of the scenario, in seconds: a client that
tries again after five minutes does so after 300 / FACTOR real seconds.
"""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.dns_server import DnsServer
from tests.support.end_to_end.postfix import DOMAIN, Postfix

FACTOR = 60.0
HONEST = 300.0
"""Seconds that a mail server waits for an answer to RCPT (RFC 5321 4.5.3.2.3)."""
NEVER: tuple[float, ...] = ()
AS_POSTFIX = (300.0, 300.0, 600.0, 1200.0)
"""Seconds between the tries of a real server."""

RECORDS: dict[str, list[Any]] = {
    "pool.example": [{"TXT": "v=spf1 ip4:198.18.0.0/15 -all"}],
    "bank.example": [{"TXT": "v=spf1 ip4:192.0.2.1 -all"}],
    "2.0.0.127.bl.spamcop.net": [{"A": "127.0.0.2"}],
}
"""What DNS says: the list has nobody of them; new bots never stand there yet."""


@dataclass
class Client:
    """One message of one client: who it is, and how it behaves.

    `addresses` are used one after the other, the next for each try. It leaves where RCPT is not
    answered within `patience`. `pipelines`: it says everything at once and leaves.
    """

    kind: str
    sender: str
    recipient: str
    addresses: list[str]
    name: str
    helo: str
    retries: tuple[float, ...] = AS_POSTFIX
    patience: float = HONEST
    pipelines: bool = False
    honest: bool = True
    tries: int = 0
    after: float | None = None  # how long it took until the message was there, None: never
    said: list[str] = field(default_factory=list)


def everybody() -> list[Client]:
    """The clients of the scenario."""
    made: list[Client] = []
    mika = f"mika@{DOMAIN}"

    def bot(kind: str, number: int, **how: Any) -> None:
        last = 10 + number
        name = ("[UNAVAILABLE]", f"dsl-203-0-113-{last}.isp.example")[number % 2]
        helo = ("friend", f"[203.0.113.{last}]", "bank.example")[number % 3]
        sender = f"offer{'x' * number}@{('bank.example', 'other.example')[number % 2]}"
        address = f"203.0.113.{last}"
        made.append(Client(kind, sender, mika, [address], name, helo, honest=False, **how))

    for number in range(6):
        bot("bot, never retries", number, retries=NEVER, patience=20.0)
    for number in range(6, 12):
        bot("bot, retries at once", number, retries=(5.0, 5.0, 5.0), patience=30.0)
    for number in range(12, 16):
        bot("bot, patient", number, retries=(600.0, 600.0, 600.0), patience=60.0)
    for number in range(16, 20):
        bot("bot, pipelines and leaves", number, retries=(5.0,), pipelines=True)
    for number in range(3):
        at, host = [f"192.0.2.{7 + number}"], f"mail{'abc'[number]}.example.org"
        made.append(Client("real server", f"ann@{host}", mika, at, host, host))
    for number in range(3):
        host = f"out{number}-mta7.shop{'abc'[number]}.example"
        at = [f"192.0.2.{57 + number}"]
        made.append(Client("real server, home-like name", f"news@{host}", mika, at, host, host))
    for number in range(4):
        at = [f"198.18.{(number * 50 + n) % 200}.9" for n in range(50)]
        host = "mail-qt1-f172.pool.example"
        sender = f"user{'abcd'[number]}@pool.example"
        made.append(Client("pool of 200, SPF pass", sender, mika, at, host, host))
    for number in range(4):
        reader = f"reader{'abcd'[number]}@{DOMAIN}"
        sender = f"list-bounces+{reader.replace('@', '=')}@lists.example.org"
        at, host = ["192.0.2.90"], "lists.example.org"
        made.append(Client("mailing list, VERP", sender, reader, at, host, host))
    for number in range(2):
        at, host = [f"192.0.2.{95 + number}"], f"mx{'ab'[number]}.example.org"
        made.append(Client("null sender", "", mika, at, host, host))
    return made


class Scenario:
    """Everybody at once, against one Postfix."""

    def __init__(self, postfix: Postfix, factor: float = FACTOR) -> None:
        self._postfix, self._factor = postfix, factor

    def run(self) -> list[Client]:
        """Until the last of them has succeeded, or given up."""
        clients = everybody()
        threads = [threading.Thread(target=self._live, args=(one,)) for one in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return clients

    def _live(self, client: Client) -> None:
        begun = time.monotonic()
        for pause in (0.0, *client.retries):
            time.sleep(pause / self._factor)
            try:
                done = (self._pipeline if client.pipelines else self._try)(client)
            except (OSError, smtplib.SMTPException) as error:
                client.said.append(type(error).__name__)
                done = False
            client.tries += 1
            if done:
                client.after = (time.monotonic() - begun) * self._factor
                return

    def _connected(self, client: Client) -> smtplib.SMTP:
        smtp = smtplib.SMTP("127.0.0.1", self._postfix.port, timeout=60)
        smtp.ehlo()
        address = client.addresses[client.tries % len(client.addresses)]
        smtp.docmd("XCLIENT", f"ADDR={address} NAME={client.name} HELO={client.helo} PROTO=ESMTP")
        smtp.ehlo(client.helo)
        return smtp

    def _try(self, client: Client) -> bool:
        smtp = self._connected(client)
        assert smtp.sock is not None
        try:
            smtp.mail(client.sender)
            smtp.sock.settimeout(client.patience / self._factor)
            code, said = smtp.rcpt(client.recipient)
            client.said.append(f"{code} {said.decode()}")
            smtp.sock.settimeout(60)
            return code == 250 and smtp.data(b"Subject: x\r\n\r\nx\r\n")[0] == 250
        finally:
            smtp.close()

    def _pipeline(self, client: Client) -> bool:
        """Nobody hears the answers; the log says whether Postfix took it."""
        smtp = self._connected(client)
        assert smtp.sock is not None
        told = f"MAIL FROM:<{client.sender}>\r\nRCPT TO:<{client.recipient}>\r\nDATA\r\n"
        smtp.sock.sendall(told.encode())
        time.sleep(0.05)
        smtp.sock.shutdown(socket.SHUT_RDWR)
        smtp.close()
        return False


@dataclass
class Summary:
    """One kind of client: how many, how many got through, and the median wait of these."""

    kind: str
    honest: bool
    count: int
    through: int
    at_once: int
    median: float | None


def summaries(clients: list[Client]) -> list[Summary]:
    """One for each kind, in order. At once is at the first try, and within the scenario's minute
    more than a tarpit takes."""
    found = []
    for kind in dict.fromkeys(client.kind for client in clients):
        these = [client for client in clients if client.kind == kind]
        waits = sorted(one.after for one in these if one.after is not None)
        at_once = sum(one.after is not None and one.tries == 1 for one in these)
        median = waits[len(waits) // 2] if waits else None
        honest = these[0].honest
        found.append(Summary(kind, honest, len(these), len(waits), at_once, median))
    return found


def dns(start: Callable[[], DnsServer] = DnsServer) -> DnsServer:
    """The DNS of the scenario."""
    server = start()
    server.set_zone(RECORDS)
    return server


def policy_file(folder: Path, name: str, server: DnsServer) -> Path:
    """A policy file that includes a shipped one; DNS has a second of real time."""
    path = folder / f"{name}.yaml"
    path.write_text(
        f"server_names: mx.{DOMAIN}\n"
        f'dns: {{timeout: 60, nameservers: ["{server.address}"]}}\n'
        f"include: builtin:{name}\n"
    )
    return path
