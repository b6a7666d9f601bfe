"""server: accepts clients in one process and enforces their limits.

When all sessions are in use, further clients wait in the socket's backlog for
another process or a free session: a mail server that gets 421 would hold all
its mail back for minutes, one that waits a moment loses nothing. No local user can
have all sessions (`shares`).

Stopping: nobody new is accepted, sessions finish the message they are at and
then get 421; those that are quiet for a second get it at once.
"""

from __future__ import annotations

import errno
import socket
import struct
from contextlib import suppress
from functools import partial

from maildrop_py.lmtp.fixed_replies import STOPPING, TOO_MANY_SESSIONS
from maildrop_py.lmtp.server.connection import Connection
from maildrop_py.lmtp.server.reactor import READ, SHARED
from maildrop_py.lmtp.server.shares import UNKNOWN, Shares, User
from maildrop_py.lmtp.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.lmtp.reply import Reply
    from maildrop_py.lmtp.server.listeners import Listener
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.session_settings import SessionSettings

QUIET_SECONDS = 1.0
OWNER_SECONDS = 1.0  # the owner of a socket is looked at no more often
PEER = struct.Struct("3i")  # pid, uid, gid
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server:
    """The clients of one process."""

    def __init__(
        self, reactor: Reactor, settings: SessionSettings, listeners: list[Listener]
    ) -> None:
        self._reactor, self._settings, self._listeners = reactor, settings, listeners
        self.connections: set[Connection] = set()
        limits = settings.limits
        self._shares = Shares(limits.sessions, limits.sessions_of_uid)
        self._has_door = any(it.socket.family == socket.AF_UNIX for it in listeners)
        self._most = self._shares.total if self._has_door else limits.sessions
        self._users: dict[Connection, User] = {}
        self._trusted: dict[int, tuple[float, tuple[int, ...]]] = {}  # by the listener's descriptor
        self._waiting: list[tuple[socket.socket, Listener, User]] = []
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
            for client, _, _ in self._waiting:
                _turn_away(client, STOPPING)
            self._waiting.clear()
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
        user = self._user(client, listener)
        enough = self._shares.has_enough(user) if self._has_door else ""
        if not enough:
            self._let_in(client, listener, user)
        elif user.trusted and len(self._waiting) < self._most:
            self._limit_reached(f"{enough}, another waits")
            self._waiting.append((client, listener, user))
        else:
            self._limit_reached(f"{enough}, another is refused")
            _turn_away(client, TOO_MANY_SESSIONS)

    def _user(self, client: socket.socket, listener: Listener) -> User:
        uid = peer_uid(client)
        if uid is None:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return User(UNKNOWN, True)
        return User(uid, uid in self._trusted_uids(listener))

    def _trusted_uids(self, listener: Listener) -> tuple[int, ...]:
        """Those of its socket, whose owner is looked at again after a moment."""
        key, now = listener.socket.fileno(), self._reactor.now
        looked, trusted = self._trusted.get(key, (float("-inf"), ()))
        if now - looked >= OWNER_SECONDS:
            trusted = listener.trusted_uids
            self._trusted[key] = now, trusted
        return trusted

    def _let_in(self, client: socket.socket, listener: Listener, user: User) -> None:
        session = Session(self._settings, xforward=listener.xforward)
        connection = Connection(client, session, self._reactor, self._left)
        self.connections.add(connection)
        self._users[connection] = user
        self._shares.take(user)
        connection.start()
        if len(self.connections) >= self._most:
            self._limit_reached(f"all {len(self.connections)} sessions are in use: {self._shares}")
            self._stop_listening()

    def _limit_reached(self, text: str) -> None:
        self._settings.handler.limit_reached(text)

    def _left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._shares.give_back(self._users.pop(connection))
        if self._stop_at is not None:
            self._stop_if_empty()
            return
        if self._waiting:
            self._reactor.soon(self._let_in_who_waits)
        if not self._open and len(self.connections) < self._most:
            self._listen()

    def _let_in_who_waits(self) -> None:
        """The first of those who wait whose user has a session to spare by now."""
        for waiting in list(self._waiting):
            if len(self.connections) < self._most and not self._shares.has_enough(waiting[2]):
                self._waiting.remove(waiting)
                self._let_in(*waiting)

    def _tick(self) -> None:
        now = self._reactor.now
        for connection in list(self.connections):
            if connection.deadline <= now:
                connection.expire()
        if self._stop_at is not None:
            self._drain()
        elif not self._open and len(self.connections) < self._most:
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


def _turn_away(client: socket.socket, reply: Reply) -> None:
    with client, suppress(OSError):
        client.setblocking(False)
        client.send(reply.encode())
