"""policy: how many requests the policy service answers, beside postgrey, and what it holds.

Run it as `python -m tests.bench.policy [TRIPLETS]`; postgrey's figures need root.
Every request is a new client, sender and recipient: the worst case, for each is stored
before it is answered. DNS is not asked by either.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from maildrop_py.policy.sqlite_memory import SLICES, SqliteMemory
from tests.bench.table import markdown, verdict
from tests.support.policy_rivals import ROOT, Postgrey
from tests.support.policy_server import PolicyServer

SECONDS = 5.0
TRIPLETS = 1_000_000
GREYLIST = "rules: [{name: everybody, then: {greylist: {delay: 5min}}}]\n"
RGREY = "include: builtin:rgrey\n"
PASS = "rules: [{name: everybody, then: {accept: true}}]\n"


def report(triplets: int = TRIPLETS) -> str:
    """Tables: answers a second on one connection and on eight; memory and disk."""
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-policy-"))
    folder.chmod(0o755)
    try:
        return "\n".join([*_rates(folder), "", *_sizes(folder, triplets)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rates(folder: Path) -> list[str]:
    ways = {
        "every rule passes, no log": (PASS, "--log", "none"),
        "greylist everybody, no log": (GREYLIST, "--log", "none"),
        "greylist everybody, log": (GREYLIST,),
        "rgrey, log": (RGREY,),
        "greylist everybody, no log, 2 processes": (GREYLIST, "--log", "none", "--workers", "2"),
    }
    rows, found = [], {}
    for number, (name, (policy, *options)) in enumerate(ways.items()):
        place = folder / f"server{number}"
        place.mkdir()
        server = PolicyServer(place, policy, "--offline", *options)
        rates, costs = [], []
        try:
            for count in (1, 8):
                before = _processor_time(server.workers())
                rate = _rate(str(server.socket), count)
                rates.append(rate)
                spent = _processor_time(server.workers()) - before
                costs.append(spent / (rate * SECONDS) * 1e6)
        finally:
            server.stop()
        found[name] = rates
        cells = [f"{rate:,.0f} ({cost:.0f} µs)" for rate, cost in zip(rates, costs, strict=True)]
        rows.append([f"maildrop-py, {name}", *cells])
    ours = found["greylist everybody, no log"]
    best = max(ours[1], found["greylist everybody, no log, 2 processes"][1])
    ends = [
        f"greylisting, one connection, /s: {verdict(ours[0], 10_000, True)}",
        f"greylisting, eight connections, /s: {verdict(best, 20_000, True)}",
    ]
    if shutil.which("postgrey", path="/usr/sbin"):
        rival = Postgrey(folder / "postgrey")
        try:
            theirs = [_rate(str(rival.port), count) for count in (1, 8)]
        finally:
            rival.stop()
        rows.append(["postgrey", *(f"{rate:,.0f}" for rate in theirs)])
        times = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        ends.append(f"against postgrey: {times[0]:.1f} times, on eight {times[1]:.1f} times")
    return [
        markdown(["requests/s (processor time of each)", "1 connection", "8 connections"], rows),
        *ends,
    ]


def _rate(place: str, connections: int) -> float:
    answers, seconds, _ = _load(place, connections, SECONDS, connections * 100_000_000)
    return answers / seconds


def _processor_time(pids: list[int]) -> float:
    """Seconds that these processes have spent so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _load(place: str, connections: int, seconds: float, first: int) -> list[float]:
    told = [place, str(connections), str(seconds), str(first)]
    command = [sys.executable, "-m", "tests.bench.policy_load", *told]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [float(word) for word in ran.stdout.split()]


def _sizes(folder: Path, triplets: int) -> list[str]:
    place = folder / "sizes"
    place.mkdir()
    server = PolicyServer(place, GREYLIST, "--offline", "--log", "none")
    try:
        sizes, done, longest = [], 0, 0.0
        for wanted in (triplets // 10, triplets):
            while done < wanted:
                answers, _, slowest = _load(str(server.socket), 8, 10.0, done + 1)
                done += int(answers) + 8
                longest = max(longest, slowest)
            sizes.append(max(map(_resident, server.workers())))
        database = server.state / "greylist.sqlite"
        bytes_each = database.stat().st_size / done
        server.stop()
        removed, step, busy = _cleaned(str(database))
    finally:
        server.stop()
    return [
        f"{done:,} triplets: a worker's memory {sizes[1]:.1f} MB,"
        f" {sizes[1] / sizes[0]:.2f} times that after {triplets // 10:,}",
        f"database, bytes a triplet: {verdict(bytes_each, 200)}",
        f"longest step of cleaning, {removed:,} removed, ms: {verdict(step * 1000, 50)}"
        f" ({busy * 1000:.1f} of processor time)",
        f"longest wait for an answer on eight connections, ms: {longest * 1000:.0f}",
    ]


def _cleaned(database: str) -> tuple[int, float, float]:
    """Entries removed when all have ended, and the longest step that it took, in seconds:
    by the clock, and of processor time."""
    os.chown(os.path.dirname(database), os.geteuid(), -1)
    memory, later = SqliteMemory(database), int(time.time()) + 3 * 86400
    removed, longest, busiest = 0, 0.0, 0.0
    for _ in range(SLICES):
        before, spent = time.perf_counter(), time.process_time()
        removed += memory.clean(later)
        longest = max(longest, time.perf_counter() - before)
        busiest = max(busiest, time.process_time() - spent)
    return removed, longest, busiest


def _resident(pid: int) -> float:
    """MB of memory of one process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    print(report(*map(int, sys.argv[1:])))
