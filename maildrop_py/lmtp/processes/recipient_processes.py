"""recipient_processes: a worker's way to have deliveries done by the users they are for.

Keeps a bounded number of deputies (see `appointer`), each for one user; where
all are taken, the one that has been idle longest makes room, and if none is
idle, the errand waits. Errands of one user are done in order, those of several
users at the same time.

A deputy that dies or does not answer in time costs its own errands: they are
answered with None, which the caller makes a temporary failure.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from contextlib import suppress

from maildrop_py.lmtp.processes.spawner import ANSWER, REQUEST
from maildrop_py.lmtp.server.reactor import READ, Reactor
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Done = Callable[[bytes | None], None]

UNDER_WAY = 16  # errands that one deputy may have at a time
LARGEST_ANSWER = 64 * 1024
NEVER = float("inf")


@record
class _Order:
    """One errand: `done` is called with the answer, or None if there will be none."""

    data: bytes
    files: tuple[int, ...]
    done: Done


class _Deputy:
    """One user's process, wanted (`socket` is None) or at work."""

    __slots__ = ("deadline", "idle_since", "key", "socket", "under_way", "waiting")

    def __init__(self, key: tuple[int, int]) -> None:
        self.key = key
        self.socket: socket.socket | None = None
        self.waiting: deque[_Order] = deque()
        self.under_way: deque[_Order] = deque()
        self.idle_since = 0.0
        self.deadline = NEVER

    @property
    def idle(self) -> bool:
        return self.socket is not None and not self.waiting and not self.under_way


class Deputies:
    """The deputies of one worker; `line` is its end of the line to the appointer.

    `limit` at a time; one that has nothing to do for `idle_seconds` is let go;
    one that does not answer for `errand_seconds` is given up, and so is one that
    is not there `appoint_seconds` after it was asked for: the appointer may have
    died with the question.
    """

    def __init__(
        self,
        reactor: Reactor,
        line: socket.socket,
        *,
        limit: int = 64,
        idle_seconds: float = 60.0,
        errand_seconds: float = 600.0,
        appoint_seconds: float = 20.0,
    ) -> None:
        self._reactor, self._line = reactor, line
        self._limit, self._idle_seconds = limit, idle_seconds
        self._errand_seconds, self._appoint_seconds = errand_seconds, appoint_seconds
        self._deputies: dict[tuple[int, int], _Deputy] = {}
        self._wanted: deque[_Deputy] = deque()  # no room for them yet
        self._asked: dict[int, _Deputy] = {}
        self._ticket = int.from_bytes(os.urandom(4)) << 32  # not those of a worker before this
        line.setblocking(False)
        reactor.watch(line.fileno(), READ, self._appointed)
        reactor.ticks.append(self._tick)

    def send(self, uid: int, gid: int, data: bytes, files: tuple[int, ...], done: Done) -> None:
        """Have `data` done by the user; `files` must stay open until `done` is called."""
        deputy = self._deputies.get((uid, gid))
        if deputy is None:
            deputy = self._deputies[uid, gid] = _Deputy((uid, gid))
            self._wanted.append(deputy)
        deputy.waiting.append(_Order(data, files, done))
        if deputy.socket is not None:
            self._hand_over(deputy)
        else:
            self._make_room()

    def let_idle_go(self) -> None:
        """Start afresh with whoever has nothing to do: rules have changed."""
        for deputy in [deputy for deputy in self._deputies.values() if deputy.idle]:
            self._let_go(deputy)

    # Appointing

    def _make_room(self) -> None:
        while self._wanted:
            if len(self._deputies) - len(self._wanted) >= self._limit:
                idle = [deputy for deputy in self._deputies.values() if deputy.idle]
                if not idle:
                    return
                self._let_go(min(idle, key=lambda deputy: deputy.idle_since))
            self._ask_for(self._wanted.popleft())

    def _ask_for(self, deputy: _Deputy) -> None:
        self._ticket += 1
        self._asked[self._ticket] = deputy
        deputy.deadline = self._reactor.now + self._appoint_seconds
        try:
            self._line.send(REQUEST.pack(self._ticket, *deputy.key))
        except OSError:
            del self._asked[self._ticket]
            self._give_up(deputy)

    def _appointed(self, events: int) -> None:
        try:
            answer, descriptors, _, _ = socket.recv_fds(self._line, ANSWER.size, 1)
        except BlockingIOError:
            return
        if not answer:
            self._reactor.forget(self._line.fileno())
            return
        ticket, granted = ANSWER.unpack(answer)
        deputy = self._asked.pop(ticket, None)
        if deputy is None:  # asked for by a worker before this one, or too long ago
            for fd in descriptors:
                os.close(fd)
        elif granted and descriptors:
            self._introduce(deputy, socket.socket(fileno=descriptors[0]))
        else:
            self._give_up(deputy)

    def _introduce(self, deputy: _Deputy, connection: socket.socket) -> None:
        connection.setblocking(False)
        deputy.socket = connection
        deputy.deadline = NEVER
        self._reactor.watch(connection.fileno(), READ, lambda _: self._answered(deputy))
        self._hand_over(deputy)

    # Errands

    def _hand_over(self, deputy: _Deputy) -> None:
        assert deputy.socket is not None
        while deputy.waiting and len(deputy.under_way) < UNDER_WAY:
            order = deputy.waiting[0]
            try:
                socket.send_fds(deputy.socket, [order.data], list(order.files))
            except BlockingIOError:
                break  # goes on when something is answered
            except OSError:
                self._give_up(deputy)
                return
            deputy.under_way.append(deputy.waiting.popleft())
            deputy.deadline = self._reactor.now + self._errand_seconds

    def _answered(self, deputy: _Deputy) -> None:
        assert deputy.socket is not None
        try:
            answer = deputy.socket.recv(LARGEST_ANSWER)
        except BlockingIOError:
            return
        except OSError:
            answer = b""
        if not answer or not deputy.under_way:
            self._give_up(deputy)
            return
        order = deputy.under_way.popleft()
        deputy.deadline = self._reactor.now + self._errand_seconds if deputy.under_way else NEVER
        deputy.idle_since = self._reactor.now
        self._hand_over(deputy)
        order.done(answer)
        self._make_room()

    def _give_up(self, deputy: _Deputy) -> None:
        self._let_go(deputy)
        for order in (*deputy.under_way, *deputy.waiting):
            order.done(None)
        self._make_room()

    def _let_go(self, deputy: _Deputy) -> None:
        if self._deputies.get(deputy.key) is deputy:
            del self._deputies[deputy.key]
        if deputy.socket is not None:
            with suppress(KeyError):
                self._reactor.forget(deputy.socket.fileno())
            deputy.socket.close()
            deputy.socket = None

    def _tick(self) -> None:
        now = self._reactor.now
        for deputy in list(self._deputies.values()):
            if deputy.idle and now - deputy.idle_since > self._idle_seconds:
                self._let_go(deputy)
            elif now > deputy.deadline:
                self._asked = {t: d for t, d in self._asked.items() if d is not deputy}
                self._give_up(deputy)
