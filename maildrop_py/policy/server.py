"""server: accepts mail servers in one process, and gives the answerer its turn after each round.

When all places are taken, or all descriptors, the client that has been silent for the longest
time is closed for the next one: a mail server connects again when it has a question, and
whoever holds places that are not used keeps nobody out. If all wait for answers, further
clients wait in the socket's backlog.

Stopping: nobody new is accepted, what is owed is answered, and then everybody is closed: a mail
server connects again.
"""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from functools import partial

from maildrop_py.lmtp.server.reactor import READ, SHARED
from maildrop_py.lmtp.server.thread_pool import ThreadPool
from maildrop_py.policy.connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.lmtp.server.listeners import Listener
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.policy.answerer import Answerer

NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
THREADS = 32
MOST_SLOW = 500
"""Requests that may wait for a thread, or for DNS; the next ones are judged without DNS."""
PATIENCE = 5.0
"""Seconds that requests have to be answered when the server stops."""
CLIENTS = 10_000
CLOSED_AT_ONCE = 50
SAID_AGAIN = 60.0
"""Seconds before the same is said of a client again: anybody may send garbage without end."""
AT_ONCE = 16
"""Clients that are accepted in one round, so that those who have been wait no longer."""


class SlowCalls:
    """Calls that wait for DNS, in threads of their own; so many at most."""

    def __init__(self) -> None:
        self._threads = ThreadPool(THREADS)
        self._waiting = 0

    def later(self, soon: Callable[[Callable[[], None]], None], call: Callable[[], None]) -> bool:
        """Have `call` made in a thread; False where too many wait, or there is no thread."""
        if self._waiting >= MOST_SLOW:
            return False
        try:
            self._threads.submit(self._made, soon, call)
        except RuntimeError:
            return False
        self._waiting += 1
        return True

    def _made(self, soon: Callable[[Callable[[], None]], None], call: Callable[[], None]) -> None:
        call()
        soon(self._done)

    def _done(self) -> None:
        self._waiting -= 1


class Server:
    """The clients of one process; `say` takes a line for the log of the system."""

    def __init__(
        self,
        reactor: Reactor,
        answerer: Answerer,
        listeners: list[Listener],
        say: Callable[[str], None],
        most: int = CLIENTS,
    ) -> None:
        self._reactor, self._answerer, self._listeners = reactor, answerer, listeners
        self._say, self._most = say, most
        self.connections: set[Connection] = set()
        self._open = False
        self._stop_at: float | None = None
        self._said: dict[str, float] = {}
        for listener in listeners:
            listener.socket.setblocking(False)
        reactor.rounds.append(self._round)
        reactor.ticks.append(self._tick)
        self._listen()

    def stop(self) -> None:
        """Answer what is owed, then stop the reactor."""
        if self._stop_at is None:
            self._stop_at = self._reactor.now + PATIENCE
            self._deafen()
            self._drain()

    def _round(self) -> bool:
        self._answerer.answer()
        if self._stop_at is not None:
            self._drain()
        return False

    def _listen(self) -> None:
        self._open = True
        for listener in self._listeners:
            self._reactor.watch(
                listener.socket.fileno(), READ | SHARED, partial(self._accept, listener)
            )

    def _deafen(self) -> None:
        if self._open:
            self._open = False
            for listener in self._listeners:
                self._reactor.forget(listener.socket.fileno())

    def _accept(self, listener: Listener, events: int) -> None:
        for _ in range(AT_ONCE):
            try:
                client, _ = listener.socket.accept()
            except OSError as error:
                if error.errno in NO_ROOM and not self._make_room():
                    self._deafen()  # until the next tick
                return
            if client.family != socket.AF_UNIX:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(client, self._reactor, self._answerer, self._left)
            self.connections.add(connection)
            if len(self.connections) >= self._most and not self._make_room():
                self._deafen()
                return

    def _make_room(self) -> bool:
        """Close those who have been silent the longest; False where all wait for answers."""
        silent = [one for one in self.connections if one.is_quiet]
        silent.sort(key=lambda one: (one.has_asked, one.quiet_since))
        closed = silent[: min(CLOSED_AT_ONCE, -(-len(silent) // 10))]
        for connection in closed:
            connection.close("all places or descriptors were taken, and it was silent")
        return bool(closed)

    def _left(self, connection: Connection, why: str) -> None:
        self.connections.discard(connection)
        if why:
            self._say_seldom(f"a client is closed: {why}")
        if not self._open and self._stop_at is None:
            self._listen()

    def _say_seldom(self, line: str) -> None:
        now = self._reactor.now
        if now - self._said.get(line, -SAID_AGAIN) >= SAID_AGAIN:
            if len(self._said) > 100:
                self._said.clear()
            self._said[line] = now
            self._say(line)

    def _tick(self) -> None:
        now = self._reactor.now
        for connection in [one for one in self.connections if one.is_late(now)]:
            connection.close()
        if not self._open and self._stop_at is None and len(self.connections) < self._most:
            with suppress(OSError):
                self._listen()

    def _drain(self) -> None:
        late = self._stop_at is not None and self._reactor.now >= self._stop_at
        for connection in [one for one in self.connections if late or one.is_quiet]:
            connection.close()
        if not self.connections:
            self._reactor.stop()
