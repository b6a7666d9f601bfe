"""lmtp_memory: what a worker of `serve` holds, after many messages and under many large ones.

Run it as `python -m tests.bench.lmtp_memory [MESSAGES]`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.lmtp_servers import MaildropPy
from tests.bench.place import environment, home_of
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, hand_over, measuring

FEW, MANY = 1_000, 100_000
LARGE, SESSIONS = 20_000_000, 200  # bytes of a message, and so many at a time


def report(many: int = MANY) -> str:
    """A table: the largest worker's peak after few and after many messages, and large ones."""
    environment()
    place = home_of("lmtp-memory")
    hand_over(place)
    few, later, large = as_user(lambda: _measured(place / "server", many))
    rows = [
        [f"after {FEW:,} messages", f"{few:.1f}"],
        [f"after {many:,}", f"{later:.1f}"],
        [f"after {SESSIONS} sessions with {LARGE // 1_000_000} MB at once", f"{large:.1f}"],
    ]
    return "\n".join(
        [
            markdown(["peak of a worker", "MB"], rows),
            f"a worker's peak, MB: {verdict(later, 60)}",
            f"after {many:,} messages, of that after {FEW:,}: {verdict(later / few, 1.05)}",
        ]
    )


def _measured(folder: Path, many: int) -> list[float]:
    server = MaildropPy(folder)
    try:
        peaks = []
        for messages, size, sessions in ((FEW, 5000, 16), (many - FEW, 5000, 16), (0, LARGE, 0)):
            _send(server, messages or SESSIONS, size, sessions or SESSIONS)
            peaks.append(server.peak_memory() / 1024)
        return peaks
    finally:
        server.stop()


def _send(server: MaildropPy, messages: int, size: int, sessions: int) -> None:
    told = ["-l", str(size), "-m", str(messages), "-s", str(sessions), "-f", "s@example.org"]
    command = ["smtp-source", "-L", *told, "-t", "recipient@example.org"]
    subprocess.run([*command, f"unix:{server.socket}"], check=True)


if __name__ == "__main__":
    with measuring():
        print(report(*map(int, sys.argv[1:])))
