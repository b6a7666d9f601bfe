"""in_terminal: root starts the server from a terminal: `in_terminal.py COMMAND PLACE`.

Runs in a terminal of its own. What anybody has typed into that terminal when the server
has ended is written to the file PLACE/typed: root's shell would have obeyed it. Which
processes below the one that was started have a terminal is written to PLACE/terminals.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.support.serving.lmtp_client import hand_over
from tests.support.serving.server import children


def main(command: str, place: Path) -> None:
    """Serve one message, in the terminal, and see what was typed."""
    socket = place / "lmtp"
    users = ["--users", str(place / "users"), "--rules", "{home}/rules.yaml"]
    server = subprocess.Popen([command, "serve", *users, "--listen", str(socket), "--workers=1"])
    while not socket.exists():
        time.sleep(0.05)
    hand_over(socket, b"From: a@example.org\n\n", ["eve@example.org"])
    (place / "terminals").write_text(" ".join(with_terminal(server.pid)))
    server.terminate()
    server.wait()
    typed = os.read(0, 1000) if select.select([0], [], [], 0.2)[0] else b""
    (place / "typed").write_bytes(typed)


def with_terminal(pid: int) -> list[str]:
    """The processes below `pid` that have a controlling terminal, or an output that is one."""
    found = []
    for child in children(pid):
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        outputs = [os.readlink(f"/proc/{child}/fd/{number}") for number in range(3)]
        if fields[4] != "0" or any(it.startswith(("/dev/pts", "/dev/tty")) for it in outputs):
            found.append(str(child))
        found += with_terminal(child)
    return found


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
