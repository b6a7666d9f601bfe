"""A running server for the tests that need sockets, and clients that talk to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import wait_until

SCRIPT = Path(__file__).parents[1] / "support/lmtp/drop.py"


class Talk:
    """A client with a real socket; a reply is awaited for 20 s at most."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self._replies = self.socket.makefile("rb")

    def reply(self) -> str:
        """The next reply's last line; "" when the server has closed."""
        try:
            while (line := self._replies.readline()) and line[3:4] == b"-":
                pass
        except ConnectionResetError:
            return ""
        return line.decode().rstrip("\r\n")

    def say(self, *commands: str) -> list[str]:
        """Send each command and await its reply."""
        return [self._say(command) for command in commands]

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def greet(self, *recipients: str) -> None:
        """Up to 354 for `recipients`."""
        assert self.reply().startswith("220 ")
        self.open(*recipients)

    def open(self, *recipients: str) -> None:
        """A transaction up to 354."""
        names = recipients or ("b",)
        said = self.say("LHLO c", "MAIL FROM:<>", *(f"RCPT TO:<{name}@x>" for name in names))
        assert all(line.startswith("250 ") for line in said), said
        assert self.say("DATA")[0].startswith("354 ")

    def close(self) -> None:
        self._replies.close()
        self.socket.close()

    def _say(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()


class Served:
    """The server in a process of its own."""

    def __init__(
        self, folder: Path, options: dict[str, Any], through: list[str], **spawn: Any
    ) -> None:
        self.maildir = folder / "Maildir"
        self.path = str(folder / "s")
        self.options = {"socket": self.path, "maildir": str(self.maildir), **options}
        self.talks: list[Talk] = []
        self.errors = folder / "errors"
        with self.errors.open("w") as errors:
            command = [*through, sys.executable, str(SCRIPT), json.dumps(self.options)]
            self.process = subprocess.Popen(command, stderr=errors, **spawn)

    def talk(self) -> Talk:
        """A new client, as soon as the server listens."""
        wait_until(lambda: os.path.exists(self.path))
        self.talks.append(Talk(self.path))
        return self.talks[-1]

    def new(self) -> list[bytes]:
        """The messages delivered, in no order."""
        return [path.read_bytes() for path in (self.maildir / "new").iterdir()]

    def unfinished(self) -> list[str]:
        """What lies in tmp/."""
        return os.listdir(self.maildir / "tmp")

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in tasks.read_text().split()]

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def end(self) -> None:
        """Whatever the test did, leave nothing running."""
        for talk in self.talks:
            talk.close()
        for worker in self.workers() if self.process.poll() is None else []:
            os.kill(worker, signal.SIGCONT)
        if self.process.poll() is None:
            self.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start a server with the given options."""
    started: list[Served] = []

    def start(**options: Any) -> Served:
        spawn, through = options.pop("spawn", {}), options.pop("through", [])
        started.append(Served(tmp_path, options, through, **spawn))
        return started[-1]

    yield start
    for served in started:
        served.end()
