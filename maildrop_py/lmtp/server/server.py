"""server: accepts clients in one process and enforces their limits.

When all sessions are in use, further clients wait in the socket's backlog for
another process or a free session: a mail server that gets 421 would hold all
its mail back for minutes, one that waits a moment loses nothing.

Stopping: nobody new is accepted, sessions finish the message they are at and
then get 421; those that are quiet for a second get it at once.
"""

from __future__ import annotations

import errno
import socket
import struct
from contextlib import suppress
from functools import partial

from maildrop_py.lmtp.fixed_replies import TOO_MANY_SESSIONS
from maildrop_py.lmtp.server.connection import Connection
from maildrop_py.lmtp.server.reactor import READ, SHARED
from maildrop_py.lmtp.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.lmtp.server.listeners import Listener
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.session_settings import SessionSettings

QUIET_SECONDS = 1.0
PEER = struct.Struct("3i")  # pid, uid, gid
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server:
    """The clients of one process."""

    def __init__(
        self, reactor: Reactor, settings: SessionSettings, listeners: list[Listener]
    ) -> None:
        self._reactor, self._settings, self._listeners = reactor, settings, listeners
        self.connections: set[Connection] = set()
        self._uids: dict[Connection, int] = {}  # of those on a Unix socket
        self._open = False
        self._stop_at: float | None = None
        for listener in listeners:
            listener.socket.setblocking(False)
        reactor.ticks.append(self._tick)
        self._listen()

    def stop(self, grace: float = 30.0) -> None:
        """Finish what is under way, for `grace` seconds at most, then stop the reactor."""
        if self._stop_at is None:
            self._stop_at = self._reactor.now + grace
            self._stop_listening()
            self._drain()

    def _listen(self) -> None:
        self._open = True
        for listener in self._listeners:
            self._reactor.watch(
                listener.socket.fileno(), READ | SHARED, partial(self._accept, listener)
            )

    def _stop_listening(self) -> None:
        if self._open:
            self._open = False
            for listener in self._listeners:
                self._reactor.forget(listener.socket.fileno())

    def _accept(self, listener: Listener, events: int) -> None:
        """Take one client; the others may be taken by a process with less to do."""
        try:
            client, _ = listener.socket.accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                self._stop_listening()  # until the next tick
            return  # else another process was faster, or the client has gone
        uid = peer_uid(client)
        if uid is None:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        elif uid not in listener.trusted_uids and self._has_enough(uid):
            _turn_away(client)
            return
        session = Session(self._settings, xforward=listener.xforward)
        connection = Connection(client, session, self._reactor, self._left)
        self.connections.add(connection)
        if uid is not None:
            self._uids[connection] = uid
        connection.start()
        if len(self.connections) >= self._settings.limits.sessions:
            self._settings.handler.limit_reached(f"all {len(self.connections)} sessions are in use")
            self._stop_listening()

    def _has_enough(self, uid: int) -> bool:
        """Whether a local user has so many sessions that others could not come in."""
        most = self._settings.limits.sessions_of_uid
        if len(self._uids) < most or list(self._uids.values()).count(uid) < most:
            return False
        self._settings.handler.limit_reached(f"uid {uid} has {most} sessions, another is refused")
        return True

    def _left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._uids.pop(connection, None)
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
        elif not self._open and len(self.connections) < self._settings.limits.sessions:
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


def peer_uid(client: socket.socket) -> int | None:
    """The uid of the process at the other end (SO_PEERCRED); None for TCP."""
    if client.family != socket.AF_UNIX:
        return None
    try:
        found = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
    except (AttributeError, OSError):  # another system than Linux
        return -1
    uid: int = PEER.unpack(found)[1]
    return uid


def _turn_away(client: socket.socket) -> None:
    with client, suppress(OSError):
        client.setblocking(False)
        client.send(TOO_MANY_SESSIONS.encode())
