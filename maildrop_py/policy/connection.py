"""connection: moves bytes between one mail server's socket and the answerer.

Answers go out in the order of their requests, whichever was ready first. Nothing is read
while MOST_OPEN requests wait, or while the client does not take its answers. A client
that sends garbage is closed without an answer, as Postfix wants it; one that is silent
costs nothing but its descriptor, until IDLE seconds have passed within a request.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from socket import MSG_DONTWAIT, MSG_NOSIGNAL

from maildrop_py.lmtp.server.reactor import GONE, READ, WRITE
from maildrop_py.policy.protocol import Garbage, Requests, answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.policy.answerer import Answerer

PIECE = 64 * 1024
MOST_OPEN = 100
HALF_A_REQUEST = 60.0
"""Seconds that a client may take until its first request, and from the first line of one to its
end: mail servers connect when they have a question."""
IDLE = 1200.0
"""Seconds between two requests: Postfix closes after 300, or 1000 in all."""


class Connection:
    """One client."""

    __slots__ = (
        *("_closed", "_answerer", "_fd", "_left", "_open", "_reactor", "_requests", "_socket"),
        *("_ended", "_unsent", "_watched", "has_asked", "quiet_since"),
    )

    def __init__(
        self,
        client: socket.socket,
        reactor: Reactor,
        answerer: Answerer,
        left: Callable[[Connection, str], None],
    ) -> None:
        self._socket, self._fd = client, client.fileno()
        self._reactor, self._answerer, self._left = reactor, answerer, left
        self._requests = Requests()
        self._open: deque[list[bytes]] = deque()
        self._unsent = b""
        self._closed = self._ended = self.has_asked = False
        self._watched = READ
        self.quiet_since = reactor.now
        reactor.watch(self._fd, READ, self._ready)

    @property
    def is_quiet(self) -> bool:
        """Whether no answer is owed."""
        return not self._open and not self._unsent

    def is_late(self, now: float) -> bool:
        """Whether the client has been silent for too long."""
        begun = self._requests.begun or self._unsent or not self.has_asked
        limit = HALF_A_REQUEST if begun else IDLE
        return not self._open and now - self.quiet_since > limit

    def close(self, why: str = "") -> None:
        """Close the socket; answers that are still owed are dropped."""
        if not self._closed:
            self._closed = True
            self._reactor.forget(self._fd)
            self._socket.close()
            self._left(self, why)

    def _ready(self, events: int) -> None:
        if events & WRITE and self._unsent:
            self._send(b"")
        elif events & READ and self._watched & READ:
            self._read()
        elif events & GONE:
            self.close()

    def _read(self) -> None:
        try:
            data = self._socket.recv(PIECE, MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end()
            return
        self.quiet_since = self._reactor.now
        try:
            requests = self._requests.add(data)
        except Garbage as garbage:
            self.close(str(garbage))
            return
        for request in requests:
            self.has_asked = True
            place: list[bytes] = []
            self._open.append(place)
            self._answerer.take(request, partial(self._answered, place))
        if len(self._open) > MOST_OPEN:
            self._watch()

    def _end(self) -> None:
        """The client says no more: close when it has its answers (Exim closes its half at once)."""
        self._ended = True
        if self.is_quiet:
            self.close()
        else:
            self._watch()

    def _answered(self, place: list[bytes], action: str) -> None:
        place.append(answer(action))
        if self._closed or self._open[0] is not place:
            return
        ready = []
        while self._open and self._open[0]:
            ready.append(self._open.popleft()[0])
        self._send(b"".join(ready))

    def _send(self, data: bytes) -> None:
        data = self._unsent + data if self._unsent else data
        try:
            sent = self._socket.send(data, MSG_DONTWAIT | MSG_NOSIGNAL) if data else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        self._unsent = data[sent:]
        if self._ended and self.is_quiet:
            self.close()
        elif self._unsent or self._watched != READ:
            self._watch()

    def _watch(self) -> None:
        reading = len(self._open) <= MOST_OPEN and not self._unsent and not self._ended
        wanted = (READ if reading else 0) | (WRITE if self._unsent else 0)
        if wanted != self._watched and not self._closed:
            self._watched = wanted
            self._reactor.change(self._fd, wanted)
