"""policy_server: `maildrop-py policy` as a process of its own, and mail servers that ask it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from maildrop_py.policy.protocol import written
from tests.support.policy import CLIENT


class Asking:
    """One connection of a mail server; an answer is awaited for 20 s at most."""

    def __init__(self, place: Path | int) -> None:
        family = socket.AF_INET if isinstance(place, int) else socket.AF_UNIX
        self.socket = socket.socket(family)
        self.socket.settimeout(20)
        address = ("127.0.0.1", place) if isinstance(place, int) else str(place)
        limit = time.monotonic() + 20
        while True:
            try:
                self.socket.connect(address)
                break
            except BlockingIOError:  # the backlog is full for the moment
                assert time.monotonic() < limit
                time.sleep(0.01)
        self._answers = self.socket.makefile("rb")

    def send(self, **attributes: str) -> None:
        """One request, whose answer is not awaited."""
        told = {k: v for k, v in (CLIENT | attributes).items() if k != "request"}
        self.socket.sendall(written(told))

    def answer(self) -> str:
        """The next answer, "" where the server has closed."""
        try:
            line = self._answers.readline()
            assert self._answers.readline() in (b"\n", b"")
        except ConnectionResetError:
            return ""
        return line.decode().removeprefix("action=").rstrip("\n")

    def ask(self, **attributes: str) -> str:
        """The answer to one request."""
        self.send(**attributes)
        return self.answer()

    def close(self) -> None:
        self._answers.close()
        self.socket.close()


class PolicyServer:
    """The server in a folder, with a policy that may be changed.

    It is started by the command `through`, where that is set before `start`.
    """

    through: tuple[str, ...] = ()

    def __init__(self, folder: Path, policy: str, *options: str, start: bool = True) -> None:
        self.folder = folder
        folder.chmod(0o755)
        self.policy = folder / "policy.yaml"
        self.policy.write_text(policy)
        self.socket = folder / "policy.sock"
        self.state = folder / "state"
        self.log_file = self.state / "policy.jsonl"
        self._options = options
        self.errors = folder / "errors"
        if start:
            self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "maildrop_py", "policy", "--policy", str(self.policy)]
        command += ["--listen", str(self.socket), "--state", str(self.state), *self._options]
        if os.geteuid() == 0 and "--user" not in self._options:
            command += ["--user", "nobody"]
        with self.errors.open("a") as errors:
            command = [*self.through, *command]
            self.process = subprocess.Popen(command, stderr=errors, cwd="/")
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Until it answers."""
        limit = time.monotonic() + 20
        while not self.socket.exists() or not self._answers():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < limit, self.errors.read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            asking = Asking(self.socket)
        except OSError:
            return False
        try:
            return asking.ask(protocol_state="CONNECT") == "DUNNO"
        finally:
            asking.close()

    def ask(self, **attributes: str) -> str:
        """The answer to one request, by a connection of its own."""
        asking = Asking(self.socket)
        try:
            return asking.ask(**attributes)
        finally:
            asking.close()

    def log(self) -> list[dict[str, Any]]:
        """Every line of its log."""
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]

    def workers(self) -> list[int]:
        """The process numbers of its workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def kill(self) -> None:
        """As the kernel would: all its processes, at once."""
        for pid in (self.process.pid, *self.workers()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()

    def stop(self) -> int:
        """The status with which it ends."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)
