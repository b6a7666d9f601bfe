"""lmtp_accounts: messages a second for accounts, and processor time, beside another checkout.

    python -m tests.bench.lmtp_accounts OTHER_CHECKOUT [MESSAGES [ROUNDS]]

Needs root and smtp-source. Each server was started as root, with two workers and a process for
each recipient; messages have 5 KB, and each user one rule. The two take turns; the figures are
medians. Both run with the Python that runs this.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from tests.bench.lmtp_servers import _family, _processor_seconds
from tests.bench.table import markdown, verdict
from tests.support.serving.homes import Homes
from tests.support.serving.server import Server

HERE = Path(__file__).resolve().parents[2]
RULE = "rules: [{when: {subject: urgent}, then: {file: Urgent}}]\n"
USERS = [f"user{number}" for number in range(4)]
SESSIONS = (1, 16)


def report(other: Path, messages: int = 3000, rounds: int = 3) -> str:
    """A table: rate and processor milliseconds of each, by sessions, and the ratios."""
    found: dict[tuple[Path, int], list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        servers = {where: _started(stack, where) for where in (HERE, other)}
        for _ in range(rounds):
            for sessions in SESSIONS:
                for where, server in servers.items():
                    figures = found.setdefault((where, sessions), [])
                    figures.append(_measured(server, messages, sessions))
    rows, said = [], []
    for sessions in SESSIONS:
        here, there = (_medians(found[where, sessions]) for where in (HERE, other))
        rows.append([f"{sessions} sessions", *(f"{a:,.0f}, {b:.2f} ms" for a, b in (here, there))])
        said.append(f"{sessions} sessions, rate: {verdict(here[0] / there[0], 0.9, True)}")
        said.append(f"{sessions} sessions, processor time: {verdict(here[1] / there[1], 1.1)}")
    return "\n".join([markdown(["messages/s, processor time", "here", "other"], rows), *said])


def _started(stack: ExitStack, where: Path) -> Server:
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
    place.chmod(0o755)
    homes = Homes(place / "home", USERS, own_uids=True)
    homes.make()
    for user in USERS:
        rules = place / "home" / user / ".config/maildrop-py/rules.yaml"
        rules.parent.mkdir(parents=True)
        rules.write_text(RULE)
    homes.give_away()
    homes.write_users(place / "users")
    program = "import sys; sys.path.insert(0, sys.argv.pop(1))\n" + (
        "from maildrop_py import main; sys.exit(main())"
    )
    words = [sys.executable, "-c", program, str(where), "serve", "--users", str(place / "users")]
    return stack.enter_context(Server(words, place, workers=2, as_root=True))


def _measured(server: Server, messages: int, sessions: int) -> tuple[float, float]:
    """Messages a second, and milliseconds of processor time for each."""
    each = messages // len(USERS)
    before, start = _used(server), perf_counter()
    for user in USERS:
        words = ["-L", "-l", "5000", "-m", str(each), "-s", str(sessions), "-f", "s@example.org"]
        command = ["smtp-source", *words, "-t", f"{user}@example.org", f"unix:{server.socket}"]
        subprocess.run(command, check=True)
    seconds, count = perf_counter() - start, each * len(USERS)
    return count / seconds, (_used(server) - before) * 1000 / count


def _used(server: Server) -> float:
    return sum(map(_processor_seconds, _family(server.pid)))


def _medians(figures: list[tuple[float, float]]) -> tuple[float, float]:
    rates, costs = zip(*figures, strict=True)
    return statistics.median(rates), statistics.median(costs)


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    print(report(Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:])))
