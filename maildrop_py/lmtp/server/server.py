"""server: accepts clients in one process and looks after their limits.

When all sessions are taken, further clients wait in the socket's backlog for
another process or a free place: a mail server that is told 421 would hold all
its mail back for minutes, one that waits a moment loses nothing.

Stopping: nobody new is accepted, sessions finish the message they are at and
are then told 421; those that are quiet for a second are told at once.
"""

from __future__ import annotations

import errno
import socket
from functools import partial

from maildrop_py.lmtp.server.connection import Connection
from maildrop_py.lmtp.server.reactor import READ, SHARED
from maildrop_py.lmtp.session import Session
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.session_settings import Site

QUIET_SECONDS = 1.0
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


@record
class Door:
    """A listening socket. With `xforward`, those who come in may say whose mail it is.

    `path` and `inode` are those of a Unix socket that is to be removed at the end.
    """

    socket: socket.socket
    xforward: bool = False
    path: str = ""
    inode: int = 0


class Server:
    """The clients of one process."""

    def __init__(self, reactor: Reactor, site: Site, doors: list[Door]) -> None:
        self._reactor, self._site, self._doors = reactor, site, doors
        self.connections: set[Connection] = set()
        self._open = False
        self._stop_at: float | None = None
        for door in doors:
            door.socket.setblocking(False)
        reactor.ticks.append(self._tick)
        self._listen()

    def stop(self, grace: float = 30.0) -> None:
        """Finish what is under way, for `grace` seconds at most, then stop the reactor."""
        if self._stop_at is None:
            self._stop_at = self._reactor.now + grace
            self._deafen()
            self._drain()

    def _listen(self) -> None:
        self._open = True
        for door in self._doors:
            self._reactor.watch(door.socket.fileno(), READ | SHARED, partial(self._accept, door))

    def _deafen(self) -> None:
        if self._open:
            self._open = False
            for door in self._doors:
                self._reactor.forget(door.socket.fileno())

    def _accept(self, door: Door, events: int) -> None:
        """Take one client; the others may be taken by a process with less to do."""
        try:
            client, _ = door.socket.accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                self._deafen()  # until the next tick
            return  # else another process was faster, or the client has gone
        if client.family != socket.AF_UNIX:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = Session(self._site, xforward=door.xforward)
        connection = Connection(client, session, self._reactor, self._left)
        self.connections.add(connection)
        connection.start()
        if len(self.connections) >= self._site.limits.sessions:
            self._deafen()

    def _left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if self._stop_at is not None:
            self._stop_if_empty()
        elif not self._open:
            self._listen()

    def _tick(self) -> None:
        now = self._reactor.now
        for connection in list(self.connections):
            if connection.deadline <= now:
                connection.expire()
        if self._stop_at is not None:
            self._drain()
        elif not self._open and len(self.connections) < self._site.limits.sessions:
            self._listen()

    def _drain(self) -> None:
        now = self._reactor.now
        late = self._stop_at is not None and now >= self._stop_at
        for connection in list(self.connections):
            if late:
                connection.close()
            elif connection.session.transaction or now - connection.quiet_since >= QUIET_SECONDS:
                connection.drain()
        self._stop_if_empty()

    def _stop_if_empty(self) -> None:
        if not self.connections:
            self._reactor.stop()
