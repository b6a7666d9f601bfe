"""soaking: `maildrop-py serve` as the receiver of a soak, at full rate, its processes killed.

Clients keep their connections as mail servers do, until they are lost. What is
killed, and how often, does not depend on what is delivered just then.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.faults.disturbances import Dns, absent_dns, filled_disk, rewritten_rules
from tests.faults.small_disk import NotHere, tmpfs
from tests.faults.soak import Disturbance, Ledger, soak
from tests.support.serving.homes import UID, Homes
from tests.support.serving.letters import DOMAIN
from tests.support.serving.lmtp_client import Answer, Client
from tests.support.serving.server import Server, children

USERS = ("anna", "bert", "carl")
WORKERS = 4
CLIENTS = 8
LONG = 60.0  # seconds; a soak that takes longer leaves its processes time to live
_AS = {Answer.DONE: True, Answer.DEFERRED: False, Answer.UNANSWERED: None}


class Served:
    """Hands over to `server`, by one connection for each thread."""

    def __init__(self, server: Server, maildirs: Mapping[str, Path]) -> None:
        self.server, self.maildirs = server, maildirs
        self._own = threading.local()

    def hand_over(
        self, message: bytes, recipients: Sequence[str], kill_after: float | None
    ) -> dict[str, bool | None]:
        """One message for some of the users; nobody is killed for it."""
        client = getattr(self._own, "client", None)
        if client is None or client.lost:
            client = self._own.client = Client(self.server.socket)
        addresses = [f"{user}@{DOMAIN}" for user in recipients]
        told = client.hand_over(message, addresses, "ADDR=192.0.2.99 NAME=c.example")
        return {
            user: _AS[told[address]] for user, address in zip(recipients, addresses, strict=True)
        }


def soak_serve(command: Path, place: Path, dns: Dns, seconds: float, as_root: bool) -> Ledger:
    """Take mail in for so long below `place`, on a small disk where the machine allows one."""
    with ExitStack() as stack:
        more: list[Disturbance] = []
        try:
            disk = stack.enter_context(tmpfs(place / "mount", 60 << 20, 20_000))
            more.append(filled_disk(disk, 0.9))
        except NotHere:
            disk = place
        disk.chmod(0o755)
        homes = Homes(disk / "homes", USERS, own_uids=as_root)
        homes.make()
        homes.write_users(place / "users")
        rules = [_rules(homes, user, dns) for user in USERS]
        uid = UID if os.geteuid() == 0 and not as_root else None
        server = stack.enter_context(
            Server(_command(command, place, homes, as_root), place, uid, WORKERS)
        )
        maildirs = {user: homes.folder / user / "Maildir" for user in USERS}
        disturbances = [*rules, *more, absent_dns(dns, 2.0), *_attacks(server, seconds, as_root)]
        return soak(Served(server, maildirs), seconds, disturbances, CLIENTS)


def _command(command: Path, place: Path, homes: Homes, as_root: bool) -> list[str]:
    if as_root:
        who = ["--users", str(place / "users")]
    else:
        who = ["--home", f"{homes.folder}/{{user}}", "--maildir", "{home}/Maildir"]
    return [str(command), "serve", *who, "--log", "none"]


def _rules(homes: Homes, user: str, dns: Dns) -> Disturbance:
    """Each user's own rules, written by him every second."""
    path = homes.folder / user / ".config/maildrop-py/rules.yaml"
    path.parent.mkdir(parents=True, mode=0o700)
    homes.give_away()
    return rewritten_rules(path, dns.address, 0.8 + len(user) / 50)


def _attacks(server: Server, seconds: float, as_root: bool) -> list[Disturbance]:
    """SIGKILL for the process that has lived longest, and SIGHUP for all."""

    def kill(number: int) -> None:
        for victim in _victims(server, number, as_root)[:1]:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)

    def hang_up(_: int) -> None:
        os.kill(server.pid, signal.SIGHUP)

    every = 3.0 if seconds > LONG else 0.7
    return [Disturbance(every, kill, lambda: None), Disturbance(1.3, hang_up, lambda: None)]


def _victims(server: Server, number: int, as_root: bool) -> list[int]:
    """Workers or, now and then, recipients, or the spawner; none just after all were killed."""
    workers = server.children
    spawner = [workers.pop()] if as_root and workers else []
    recipients = [pid for parent in spawner for pid in children(parent)]
    chosen = recipients if number % 3 == 1 else spawner if number % 11 == 2 else workers
    return chosen or workers
