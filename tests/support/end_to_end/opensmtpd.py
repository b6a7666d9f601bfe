"""opensmtpd: a private OpenSMTPD from Debian."""

from __future__ import annotations

import re
import subprocess

from tests.support.end_to_end.overlaid import Overlaid
from tests.support.end_to_end.smtp import answers, free_port, send
from tests.support.waiting import wait_until

PACKAGE = "opensmtpd"

OUTCOMES = {"Ok": "sent", "TempFail": "deferred", "PermFail": "bounced"}
LOG = "/var/log/smtpd"


class OpenSmtpd:
    """One instance in a view of its own; `config` is a whole smtpd.conf that listens on lo."""

    def __init__(self, view: Overlaid, config: str) -> None:
        self._view = view
        self.port = free_port()
        self._config = config.replace("listen on lo\n", f"listen on 127.0.0.1 port {self.port}\n")
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Do what the package's installation would do, and start the daemon."""
        for user in ("opensmtpd", "opensmtpq"):
            home = "/var/lib/opensmtpd/empty"
            self._view.run("useradd", "--system", "--user-group", "--home-dir", home, user)
        for folder in ("/var/lib/opensmtpd/empty", "/var/spool/smtpd"):
            self._view.run("install", "-d", "-m", "711", folder)
        self._view.run("chgrp", "opensmtpq", "/usr/sbin/smtpctl")
        self._view.run("chmod", "2755", "/usr/sbin/smtpctl")
        self._view.write("/etc/smtpd.conf", self._config)
        self.begin()

    def begin(self) -> None:
        """Start the daemon with the settings that are there."""
        start = f"exec /usr/sbin/smtpd -d >{LOG} 2>&1"
        self._daemon = subprocess.Popen(self._view.command("sh", "-c", start))
        wait_until(lambda: answers(self.port), "OpenSMTPD answers on its port")

    def stop(self) -> None:
        """End the daemon."""
        if self._daemon:
            self._daemon.terminate()
            self._daemon.wait()

    def submit(self, recipients: str, message: bytes, sender: str) -> str:
        """Send `message` through SMTP and return its id; `recipients` have blanks between them."""
        reply = send(self.port, sender, recipients, message, {})
        found = re.search(r"\b([0-9a-f]{8})\b", reply)
        assert found, reply
        return found[1]

    def outcome(self, message_id: str, after: int = 0) -> tuple[str, str]:
        """Wait for the delivery of a message: (sent | deferred | bounced, the log's line)."""

        seen = wait_until(lambda: self.outcomes(message_id)[after:], f"an outcome of {message_id}")
        return seen[0]

    def outcomes(self, message_id: str) -> list[tuple[str, str]]:
        """Every outcome of a message that the log has so far, oldest first."""
        lines = re.findall(rf"evpid={message_id}.* result=(\w+) (stat=.*)", self.log())
        return [(OUTCOMES[result], rest) for result, rest in lines]

    def flush(self) -> None:
        """Try every message in the queue again, now."""
        self._view.run("/usr/sbin/smtpctl", "schedule", "all")

    def log(self) -> str:
        """The instance's log so far."""
        return self._view.read(LOG)
