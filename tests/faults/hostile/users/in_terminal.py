"""in_terminal: root starts the server from a terminal: `in_terminal.py COMMAND PLACE`.

Runs in a terminal of its own. What anybody has typed into that terminal when the server
has ended is written to the file PLACE/typed: root's shell would have obeyed it.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.support.serving.lmtp_client import hand_over


def main(command: str, place: Path) -> None:
    """Serve one message, in the terminal, and see what was typed."""
    socket = place / "lmtp"
    users = ["--users", str(place / "users"), "--rules", "{home}/rules.yaml"]
    server = subprocess.Popen([command, "serve", *users, "--listen", str(socket), "--workers=1"])
    while not socket.exists():
        time.sleep(0.05)
    hand_over(socket, b"From: a@example.org\n\n", ["eve@example.org"])
    server.terminate()
    server.wait()
    typed = os.read(0, 1000) if select.select([0], [], [], 0.2)[0] else b""
    (place / "typed").write_bytes(typed)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
