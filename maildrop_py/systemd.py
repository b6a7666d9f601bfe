"""systemd: tells the service manager how the server is (sd_notify(3)).

Without NOTIFY_SOCKET nothing is sent; a manager that does not listen is no
reason to fail. Works for Type=notify and Type=notify-reload.
"""

from __future__ import annotations

import os
import socket
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class ServiceManager:
    """The service manager that the environment names, or none."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = _watchdog(environment)

    def ready(self, status: str = "") -> None:
        """The sockets are open and workers accept; also the end of a reload."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Rules are being read again; `ready` ends it."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    def stopping(self) -> None:
        """Sessions are finishing."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """All is well. Send it at least every `watchdog_seconds` / 2."""
        if self.watchdog_seconds:
            self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if self._address[:1] not in ("/", "@"):
            return
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), address)
        except OSError:
            return


def _watchdog(environment: Mapping[str, str]) -> float:
    """Seconds within which the manager wants to hear from this process; 0: never."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    pid = environment.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdigit() or pid != str(os.getpid()):
        return 0.0
    return int(microseconds) / 1e6
