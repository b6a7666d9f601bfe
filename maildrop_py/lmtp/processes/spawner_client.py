"""spawner_client: a worker's end of the channel to the spawner.

Each process that is asked for has a ticket. What the spawner reports about a
ticket that nobody waits for any more is dropped, and its channel is closed, which
ends the process.
"""

from __future__ import annotations

import os
import socket

from maildrop_py.lmtp.processes.spawner import (
    ENDED,
    FORGET_ALL,
    KILL,
    ORDER,
    REPORT,
    START,
    STARTED,
    STOP,
)
from maildrop_py.lmtp.server.reactor import READ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from maildrop_py.lmtp.server.reactor import Reactor

    class Reports(Protocol):
        """Who hears of the processes that were asked for."""

        def started(self, ticket: int, connection: socket.socket | None) -> None:
            """The process runs; or, without a connection, it could not be started."""

        def ended(self, ticket: int) -> None:
            """The process is dead."""


class SpawnerClient:
    """Asks for processes, and hears of them. A new one makes the spawner end the last one's."""

    def __init__(self, reactor: Reactor, channel: socket.socket, reports: Reports) -> None:
        self._reactor, self._channel, self._reports = reactor, channel, reports
        self._ticket = int.from_bytes(os.urandom(4)) << 32  # not those of a worker before this
        channel.setblocking(False)
        self._order(FORGET_ALL, 0)
        reactor.watch(channel.fileno(), READ, self._reported)

    def start(self, uid: int, gid: int) -> int:
        """Ask for a process; its ticket, 0 if the spawner does not listen."""
        self._ticket += 1
        return self._ticket if self._order(START, self._ticket, uid, gid) else 0

    def stop(self, ticket: int) -> None:
        """The channel of the process was closed: kill it if it does not end by itself."""
        self._order(STOP, ticket)

    def kill(self, ticket: int) -> bool:
        """Kill the process at once; False if the spawner does not listen."""
        return self._order(KILL, ticket)

    def _order(self, what: int, ticket: int, uid: int = 0, gid: int = 0) -> bool:
        try:
            self._channel.send(ORDER.pack(what, ticket, uid, gid))
        except OSError:
            return False
        return True

    def _reported(self, events: int) -> None:
        try:
            report, descriptors, _, _ = socket.recv_fds(self._channel, REPORT.size, 1)
        except BlockingIOError:
            return
        if len(report) != REPORT.size:
            self._reactor.forget(self._channel.fileno())
            return
        what, ticket = REPORT.unpack(report)
        if what == ENDED:
            self._reports.ended(ticket)
        elif what == STARTED and descriptors:
            self._reports.started(ticket, socket.socket(fileno=descriptors[0]))
        else:
            self._reports.started(ticket, None)
