"""lmtp: messages a second through LMTP, durably, beside Dovecot with Pigeonhole.

    python -m tests.bench.lmtp [MESSAGES [ROUNDS]]

The client is Postfix's smtp-source: 5 KB messages, a new connection for each.
The servers take turns, so that a busy moment of the machine falls on all of
them; figures are medians. Processor time a message is printed too: unlike the
rate it hardly depends on what else the disk has to do.

Each measurement has a mailbox of its own, for Dovecot gets slower as one grows.
What was delivered stays until the end: a file system that has just removed
thousands of files is slow at making new ones (ext4 does not use their inodes
again for some minutes, but looks at each of them).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from tests.bench.lmtp_servers import (
    DovecotLmtp,
    DovecotTwo,
    FrontDoor,
    LmtpServer,
    MaildropPy,
    ManyRules,
    dovecot,
)
from tests.bench.place import environment, home_of
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, hand_over, measuring

SESSIONS = (1, 4, 16)
ASKED = {16: 2.5, 1: 3.0}  # times the rate of Dovecot with two processes, by sessions
Figures = dict[str, dict[str, list[list[float]]]]
"""By server and number of sessions: rate, and processor time a message, of each round."""


def report(messages: int = 5000, rounds: int = 3) -> str:
    """A table: rate, and processor time a message, of each server and number of sessions."""
    kinds = [MaildropPy, ManyRules, FrontDoor, *([DovecotTwo, DovecotLmtp] if dovecot() else [])]
    environment()  # made before the rights to make it are given up
    place = home_of("lmtp")
    hand_over(place)
    figures, peaks = as_user(lambda: _measured(kinds, place, messages, rounds))
    headings = ["messages/s, processor ms each", *(f"{n} at a time" for n in SESSIONS), "peak MB"]
    rows = [_row(name, figures[name], peaks[name]) for name in figures]
    return "\n".join([markdown(headings, rows), *_verdicts(figures)])


def _measured(
    kinds: list[type[LmtpServer]], place: Path, messages: int, rounds: int
) -> tuple[Figures, dict[str, float]]:
    with ExitStack() as stack:
        servers = []
        for number, kind in enumerate(kinds):
            servers.append(kind(place / str(number)))
            stack.callback(servers[-1].stop)
        figures = _take_turns(servers, messages, rounds)
        return figures, {server.name: server.peak_memory() / 1024 for server in servers}


def _take_turns(servers: list[LmtpServer], messages: int, rounds: int) -> Figures:
    figures: Figures = {server.name: defaultdict(list) for server in servers}
    for turn in range(rounds):
        for sessions in SESSIONS:
            for server in servers:
                user = f"user{turn}x{sessions}"
                send(server, user, 50, 1)  # what is made at the first message is not measured
                figures[server.name][str(sessions)].append(send(server, user, messages, sessions))
    return figures


def send(server: LmtpServer, user: str, messages: int, sessions: int) -> list[float]:
    """Messages a second, and milliseconds of processor time for each."""
    before, used = server.delivered(user), server.processor_seconds()
    command = ["smtp-source", "-L", "-l", "5000", "-m", str(messages), "-s", str(sessions)]
    addresses = ["-f", "sender@example.org", "-t", f"{user}@example.org"]
    start = perf_counter()
    subprocess.run([*command, *addresses, f"unix:{server.socket}"], check=True)
    seconds = perf_counter() - start
    arrived = server.delivered(user) - before
    if arrived != messages:
        raise OSError(f"{server.name}: {messages} messages were sent and {arrived} delivered")
    return [messages / seconds, (server.processor_seconds() - used) * 1000 / messages]


def _row(name: str, figures: dict[str, list[list[float]]], peak: float) -> list[str]:
    cells = []
    for sessions in SESSIONS:
        rates, costs = zip(*figures[str(sessions)], strict=True)
        cells.append(f"{statistics.median(rates):,.0f}, {statistics.median(costs):.2f}")
    return [name, *cells, f"{peak:.0f}"]


def _verdicts(figures: Figures) -> list[str]:
    ours = figures[MaildropPy.name]
    said = []
    if DovecotTwo.name in figures:
        for sessions, asked in ASKED.items():
            ratio = _rate(ours, sessions) / _rate(figures[DovecotTwo.name], sessions)
            said.append(f"{sessions} sessions, times Dovecot: {verdict(ratio, asked, True)}")
    ratio = _rate(figures[ManyRules.name], 16) / _rate(ours, 16)
    said.append(f"10,000 rules, of the rate with 3: {verdict(ratio, 0.8, True)}")
    return said


def _rate(figures: dict[str, list[list[float]]], sessions: int) -> float:
    return statistics.median(rate for rate, _ in figures[str(sessions)])


if __name__ == "__main__":
    with measuring():
        print(report(*map(int, sys.argv[1:])))
