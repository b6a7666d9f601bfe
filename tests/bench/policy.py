"""policy: how many requests the policy service answers, beside postgrey, and what it holds.

Run it as `python -m tests.bench.policy [TRIPLETS]`; postgrey's figures need root.
Every request is a new client, sender and recipient: the worst case, for each is stored
before it is answered. DNS is not asked by either.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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
        try:
            found[name] = rates = [_rate(str(server.socket), count) for count in (1, 8)]
        finally:
            server.stop()
        rows.append([f"maildrop-py, {name}", *(f"{rate:,.0f}" for rate in rates)])
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
    return [markdown(["requests/s", "1 connection", "8 connections"], rows), *ends]


def _rate(place: str, connections: int) -> float:
    answers, seconds, _ = _load(place, connections, SECONDS, connections * 100_000_000)
    return answers / seconds


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
    finally:
        server.stop()
    return [
        f"{done:,} triplets: a worker's memory {sizes[1]:.1f} MB,"
        f" {sizes[1] / sizes[0]:.2f} times that after {triplets // 10:,}",
        f"database, bytes a triplet: {verdict(bytes_each, 200)}",
        f"longest wait for an answer, cleaning included, ms: {verdict(longest * 1000, 50)}",
    ]


def _resident(pid: int) -> float:
    """MB of memory of one process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    print(report(*map(int, sys.argv[1:])))
