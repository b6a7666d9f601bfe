"""policy: how many requests the policy service answers, beside postgrey, and what it holds.

Run it as `python -m tests.bench.policy [TRIPLETS]`, with 0 for the rates alone; postgrey's
figures need root. Every request is a new triplet, of 256 clients: the worst case, for each
is stored before it is answered. DNS is not asked by either. Everybody has the same client.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from maildrop_py.policy.sqlite_memory import SLICES, SqliteMemory
from tests.bench.policy_load import Load
from tests.bench.table import markdown, verdict
from tests.support.policy_rivals import ROOT, Postgrey
from tests.support.policy_server import PolicyServer

SECONDS = 5.0
ALL = os.sched_getaffinity(0)
RUNS = tuple((on, count) for on in ({min(ALL)}, ALL) for count in (1, 8))
"""Processors and connections."""
TRIPLETS = 1_000_000
GREYLIST = "rules: [{name: everybody, then: {greylist: {delay: 5min}}}]\n"
RGREY = "include: builtin:rgrey\n"
PASS = "rules: [{name: everybody, then: {accept: true}}]\n"


def report(triplets: int = TRIPLETS) -> str:
    """Tables: answers a second on one connection and on eight; memory and disk."""
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-policy-"))
    folder.chmod(0o755)
    try:
        sizes = _sizes(folder, triplets) if triplets else []
        return "\n".join([*_rates(folder), "", *sizes])
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
        try:
            pids = server.workers()
            found[name] = [_rate(str(server.socket), pids, count, on) for on, count in RUNS]
        finally:
            server.stop()
        rows.append([f"maildrop-py, {name}", *map(str, found[name])])
    ours = [one.rate for one in found["greylist everybody, no log"]]
    both = [one.rate for one in found["greylist everybody, no log, 2 processes"]]
    ends = [
        f"greylisting, one connection, /s: {verdict(max(ours[0], ours[2]), 10_000, True)}",
        f"greylisting, eight connections, /s: {verdict(max(ours[3], both[3]), 20_000, True)}",
    ]
    if shutil.which("postgrey", path="/usr/sbin"):
        rival = Postgrey(folder / "postgrey")
        try:
            theirs = [_rate(str(rival.port), [rival.pid], n, on) for on, n in RUNS]
        finally:
            rival.stop()
        rows.append(["postgrey", *map(str, theirs)])
        times = [mine / other.rate for mine, other in zip(ours, theirs, strict=True)]
        ends.append("against postgrey, times: " + ", ".join(f"{one:.1f}" for one in times))
    names = [f"{n} on {'one core' if len(on) == 1 else 'all cores'}" for on, n in RUNS]
    return [
        markdown(["requests/s (processor time of server + client), connections", *names], rows),
        *ends,
    ]


class Rate(NamedTuple):
    """Answers a second, and microseconds of processor time of each: the server's, the client's."""

    rate: float
    server: float
    client: float

    def __str__(self) -> str:
        return f"{self.rate:,.0f} ({self.server:.0f} + {self.client:.0f} µs)"


def _rate(place: str, pids: list[int], connections: int, processors: set[int]) -> Rate:
    """The rate of a server with these processes, when it and the client have these processors."""
    allowed = os.sched_getaffinity(0)
    for pid in (0, *pids):
        os.sched_setaffinity(pid, processors)
    try:
        before = _processor_time(pids)
        load = _load(place, connections, SECONDS, connections * 100_000_000)
        spent = _processor_time(pids) - before
    finally:
        os.sched_setaffinity(0, allowed)
    each = 1e6 / load.answers
    return Rate(load.answers / load.seconds, spent * each, load.spent * each)


def _processor_time(pids: list[int]) -> float:
    """Seconds that the first threads of these processes have spent so far."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9


def _load(place: str, connections: int, seconds: float, first: int) -> Load:
    told = [place, str(connections), str(seconds), str(first)]
    command = [sys.executable, "-m", "tests.bench.policy_load", *told]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    answers, *more = ran.stdout.split()
    return Load(int(answers), *map(float, more))


def _sizes(folder: Path, triplets: int) -> list[str]:
    place = folder / "sizes"
    place.mkdir()
    server = PolicyServer(place, GREYLIST, "--offline", "--log", "none")
    try:
        sizes, done, longest = [], 0, 0.0
        for wanted in (triplets // 10, triplets):
            while done < wanted:
                ran = _load(str(server.socket), 8, 10.0, done + 1)
                done += ran.answers + 8
                longest = max(longest, ran.longest)
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
