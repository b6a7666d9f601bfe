"""redis_server: a private Redis or Valkey on a Unix socket, from the Debian package."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.waiting import wait_until

PROGRAMS = ("redis-server", "valkey-server")


class RedisServer:
    """One server without persistence; `options` are those of its command line."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.socket = folder / "redis.sock"
        self.address = f"redis://{self.socket}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            reason = "needs Debian's redis-server or valkey-server"
            if os.environ.get("CI") == "true":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        command = [program, "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        command += ["--unixsocketperm", "777", "--appendonly", "no", "--dir", "/", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "Redis answers")

    def say(self, *words: str) -> bytes:
        """What it replies to one command, as far as it comes at once."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.socket))
            client.sendall((" ".join(words) + "\r\n").encode())
            return client.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.say("PING") == b"+PONG\r\n"
        except OSError:
            return False

    def kill(self) -> None:
        """Gone, at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self.socket.unlink(missing_ok=True)

    def suspend(self, seconds: int) -> None:
        """It answers nobody for so long."""
        self.say("CLIENT", "PAUSE", str(seconds * 1000), "ALL")
