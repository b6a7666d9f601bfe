"""services: what the rules and the mail server need to be running, asked one by one.

DNS and the DNS lists, the scanners, the table of countries, the shared store, the
sockets of `serve`. Each is asked something harmless, and waited for a few seconds.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

from maildrop_py.errors import MaildropError
from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.country import open_table
from maildrop_py.evidence.dnsbl import self_test
from maildrop_py.evidence.redis_client import RedisClient
from maildrop_py.evidence.resolver import Resolver, parse_server, system_servers
from maildrop_py.evidence.scanners.answer import About
from maildrop_py.evidence.scanners.asking import ask
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.paths import PROGRAM
from maildrop_py.rules.language.settings import Settings
from maildrop_py.set_up.check_result import OK, WARNING, WRONG, CheckResult
from maildrop_py.translation import text

SOCKETS = ("/run/maildrop-py/lmtp",)
DNS_TIME = 3.0  # seconds
HARMLESS = b"From: doctor@example.com\nTo: doctor@example.com\nSubject: a test\n\nhello\n"


def about_dns(settings: Settings, zones: tuple[str, ...]) -> Iterator[CheckResult]:
    """Whether a name server answers, and each DNS list passes its test."""
    servers = tuple(map(parse_server, settings.nameservers)) or system_servers()
    answer = Resolver(servers, Budget(DNS_TIME, time.monotonic)).ask("example.com", "MX")
    names = ", ".join(f"{host}:{port}" for host, port in servers)
    if answer.unanswered:
        remedy = text(
            "a name server that answers, in /etc/resolv.conf or `dns: {nameservers: […]}`"
        )
        yield CheckResult(WRONG, "DNS", f"{names}: {answer.unanswered}", remedy)
        return
    yield CheckResult(OK, "DNS", names)
    for failing in failing_lists(zones, settings):
        yield CheckResult(
            WARNING, "DNS list", failing, "another list, or a name server of your own"
        )


def failing_lists(zones: tuple[str, ...], settings: Settings) -> list[str]:
    """Each DNS list that fails its test (RFC 5782 5), and why; costs `dns.timeout` at most."""
    if not zones:
        return []
    servers = tuple(map(parse_server, settings.nameservers)) or system_servers()
    resolver = Resolver(servers, Budget(settings.dns_timeout, time.monotonic))
    found = self_test(zones, resolver)
    return [
        text("DNS list {zone} is not believed: {why}", zone=zone, why=why)
        for zone, why in found.items()
        if why
    ]


def about_scanners(settings: Settings) -> Iterator[CheckResult]:
    """Whether each scanner answers about a harmless message."""
    for scanner in settings.scanners:
        budget = Budget(settings.scan_timeout, time.monotonic)
        unknown = ask(scanner, Message(BytesSource(HARMLESS)), About(), budget).unknown
        about = text("scanner {name}", name=scanner[0])
        remedy = text("start {name}, or name its address in `scanners`", name=scanner[0])
        yield (
            CheckResult(WRONG, about, unknown, remedy)
            if unknown
            else CheckResult(OK, about, "answers")
        )


def about_tables(settings: Settings) -> Iterator[CheckResult]:
    """Whether the table of countries and the shared store, where they are named, can be used."""
    if settings.countries:
        try:
            open_table(settings.countries, time.time())
            yield CheckResult(OK, "countries", settings.countries)
        except MaildropError as error:
            yield CheckResult(WRONG, "countries", str(error), f"{PROGRAM} country build")
    if settings.store:
        try:
            RedisClient(settings.store).ask(("PING",))
            yield CheckResult(OK, "store", settings.store)
        except MaildropError as error:
            yield CheckResult(
                WRONG, "store", f"{settings.store}: {error}", "a server that answers there"
            )


def about_sockets(given: tuple[str, ...]) -> Iterator[CheckResult]:
    """Whether `serve` greets at each socket given, or at the usual one if it is there."""
    for path in given or tuple(it for it in SOCKETS if os.path.exists(it)):
        try:
            yield CheckResult(OK, "socket", f"{path}: {_greeting(path)}")
        except OSError as error:
            why = f"{path}: {error.strerror or error}"
            yield CheckResult(
                WRONG,
                "socket",
                why,
                text("a running `{program} serve --listen {path}`", program=PROGRAM, path=path),
            )


def _greeting(path: str) -> str:
    """What the server at a Unix socket, or at ADDRESS:PORT, says first."""
    unix = path.startswith("/")
    host, _, port = path.rpartition(":")
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as client:
        client.settimeout(5)
        client.connect(path if unix else (host, int(port)))
        return client.recv(512).decode("utf-8", "replace").strip()
