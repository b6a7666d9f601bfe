"""lmtp_first_message: what a process for each recipient costs: time to the first reply, memory.

    python -m tests.bench.lmtp_first_message [USERS]

Needs root. Each user gets one message, then another one; the process of each is new
for the first and there for the second. Memory is what no other process shares.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.bench.table import markdown, verdict
from tests.support.serving.homes import Homes
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server, children

USERS = 100
MESSAGE = b"From: a@example.org\nSubject: x\n\n" + b"x" * 5000 + b"\n"


def report(users: int = USERS) -> str:
    """A table: median and worst milliseconds, and MB of a process."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        first, second, memory = _measured(place, [f"user{number}" for number in range(users)])
    rows = [
        ["first message, ms", f"{statistics.median(first):.0f}", f"{max(first):.0f}"],
        ["next message, ms", f"{statistics.median(second):.1f}", f"{max(second):.1f}"],
        ["a process, MB", f"{statistics.median(memory):.1f}", f"{max(memory):.1f}"],
    ]
    return "\n".join(
        [
            markdown([f"{users} users", "median", "most"], rows),
            f"first message, median ms: {verdict(statistics.median(first), 150)}",
        ]
    )


def _measured(place: Path, users: list[str]) -> tuple[list[float], list[float], list[float]]:
    homes = Homes(place / "home", users, own_uids=True)
    homes.make()
    homes.write_users(place / "users")
    program = [sys.executable, "-m", "maildrop_py", "serve", "--users", str(place / "users")]
    os.environ["PYTHONPATH"] = os.getcwd()
    options = [f"--processes={len(users)}", "--process-idle=3600"]  # all at once, on any machine
    with Server([*program, *options], place, as_root=True) as server:
        first = [_milliseconds(server, user) for user in users]
        second = [_milliseconds(server, user) for user in users]
        spawner = server.children[-1]
        memory = [_private(process) for process in children(spawner)]
    assert len(memory) == len(users), "each user has a process"
    return first, second, memory


def _milliseconds(server: Server, user: str) -> float:
    address = f"{user}@example.org"
    start = perf_counter()
    assert hand_over(server.socket, MESSAGE, [address]) == {address: Answer.DONE}
    return (perf_counter() - start) * 1000


def _private(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    sizes = [int(line.split()[1]) for line in lines if line.startswith("Private_")]
    return sum(sizes) / 1024


if __name__ == "__main__":
    print(report(*map(int, sys.argv[1:])))
