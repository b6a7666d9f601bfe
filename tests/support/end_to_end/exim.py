"""exim: a private Exim from Debian's exim4-daemon-light."""

from __future__ import annotations

import re
import subprocess

from tests.support.end_to_end.overlaid import Overlaid
from tests.support.end_to_end.smtp import answers, free_port, send
from tests.support.waiting import wait_until

PACKAGE = "exim4-daemon-light"

OUTCOMES = {"=>": "sent", "->": "sent", "==": "deferred", "**": "bounced"}


class Exim:
    """One instance in a view of its own; `config` is a whole exim4.conf."""

    def __init__(self, view: Overlaid, config: str) -> None:
        self._view, self._config = view, config
        self.port = free_port()
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Do what the package's installation would do, and start the daemon."""
        self._view.run("useradd", "--system", "--user-group", "Debian-exim")
        for folder in ("/var/spool/exim4", "/var/log/exim4"):
            self._view.run("install", "-d", "-o", "Debian-exim", "-g", "Debian-exim", folder)
        self._view.write("/etc/exim4/exim4.conf", self._config)
        command = ["/usr/sbin/exim4", "-bdf", "-oX", f"127.0.0.1.{self.port}"]
        self._daemon = subprocess.Popen(self._view.command(*command))
        wait_until(lambda: answers(self.port), "Exim answers on its port")

    def stop(self) -> None:
        """End the daemon."""
        if self._daemon:
            self._daemon.terminate()
            self._daemon.wait()

    def submit(self, recipients: str, message: bytes, sender: str) -> str:
        """Send `message` through SMTP and return its id; `recipients` have blanks between them."""
        reply = send(self.port, sender, recipients, message, {})
        found = re.search(r"id=(\S+)", reply)
        assert found, reply
        return found[1]

    def outcome(self, message_id: str, after: int = 0) -> tuple[str, str]:
        """Wait for the delivery of a message: (sent | deferred | bounced, the log's line)."""

        seen = wait_until(lambda: self.outcomes(message_id)[after:], f"an outcome of {message_id}")
        return seen[0]

    def outcomes(self, message_id: str) -> list[tuple[str, str]]:
        """Every outcome of a message that the log has so far, oldest first."""
        lines = re.findall(rf" {message_id} (=>|->|==|\*\*) (.*)", self.log())
        return [(OUTCOMES[sign], rest) for sign, rest in lines]

    def flush(self) -> None:
        """Try every message in the queue again, now."""
        self._view.run("/usr/sbin/exim4", "-qff")

    def log(self) -> str:
        """The instance's log so far."""
        return self._view.read("/var/log/exim4/mainlog")
