"""watching: `maildrop-py watch` as a process of its own, told by its service manager's socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.support.waiting import wait_until

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


class Watching:
    """Runs while its context lasts; `queue` is how many events the kernel keeps for it."""

    def __init__(self, home: Path, *arguments: object, queue: int | None = None) -> None:
        self.home = home
        self._arguments = [str(argument) for argument in arguments]
        self._queue = queue
        self.output = home / "watch.out"
        self.notified: list[str] = []

    def __enter__(self) -> Self:
        address = str(self.home / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.settimeout(60)
        before = QUEUE.read_text() if self._queue is not None else ""
        try:
            if self._queue is not None:
                QUEUE.write_text(str(self._queue))
            self._start(address)
            self.wait_for("READY=1")
        finally:
            if before:
                QUEUE.write_text(before)  # a queue keeps the length that it was made with
        return self

    def _start(self, address: str) -> None:
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "NOTIFY_SOCKET": address}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maildrop_py", "watch", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
            )

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._socket.close()
        (self.home / "notify").unlink()

    def wait_for(self, word: str) -> None:
        """Until the service manager is told `word`."""
        while not self.notified or not self.notified[-1].startswith(word):
            self.notified.append(self._socket.recv(4096).decode())

    def stop(self) -> int:
        """Ask it to end; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)
        self.wait_for("RELOADING=1")
        self.wait_for("READY=1")

    def says(self, text: str) -> None:
        """Wait until its output has `text`."""
        wait_until(lambda: text in self.output.read_text(), f"{text!r} in the output")

    def cpu_seconds(self) -> float:
        """Processor time used so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
