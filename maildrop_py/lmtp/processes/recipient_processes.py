"""recipient_processes: a worker's way to have deliveries done by the users they are for.

Keeps a bounded number of processes (see `spawner`), each for one user; where
all are taken, the one that has been idle longest makes room, and if none is
idle, the request waits. Requests of one user are done in waiting, those of several
users at the same time.

A process that dies or does not answer in time costs its own requests: they are
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

UNDER_WAY = 16  # requests that one process may have at a time
LARGEST_ANSWER = 64 * 1024
NEVER = float("inf")


@record
class _Waiting:
    """One request: `done` is called with the answer, or None if there will be none."""

    data: bytes
    files: tuple[int, ...]
    done: Done


class _Process:
    """One user's process, wanted (`socket` is None) or at work."""

    __slots__ = ("deadline", "idle_since", "key", "socket", "under_way", "waiting")

    def __init__(self, key: tuple[int, int]) -> None:
        self.key = key
        self.socket: socket.socket | None = None
        self.waiting: deque[_Waiting] = deque()
        self.under_way: deque[_Waiting] = deque()
        self.idle_since = 0.0
        self.deadline = NEVER

    @property
    def idle(self) -> bool:
        return self.socket is not None and not self.waiting and not self.under_way


class RecipientProcesses:
    """The processes of one worker; `line` is its end of the line to the spawner.

    `limit` at a time; one that has nothing to do for `idle_seconds` is let go;
    one that does not answer for `answer_seconds` is given up, and so is one that
    is not there `spawn_seconds` after it was asked for: the spawner may have
    died with the question.
    """

    def __init__(
        self,
        reactor: Reactor,
        line: socket.socket,
        *,
        limit: int = 64,
        idle_seconds: float = 60.0,
        answer_seconds: float = 600.0,
        spawn_seconds: float = 20.0,
    ) -> None:
        self._reactor, self._line = reactor, line
        self._limit, self._idle_seconds = limit, idle_seconds
        self._answer_seconds, self._spawn_seconds = answer_seconds, spawn_seconds
        self._processes: dict[tuple[int, int], _Process] = {}
        self._wanted: deque[_Process] = deque()  # no room for them yet
        self._asked: dict[int, _Process] = {}
        self._ticket = int.from_bytes(os.urandom(4)) << 32  # not those of a worker before this
        line.setblocking(False)
        reactor.watch(line.fileno(), READ, self._spawned)
        reactor.ticks.append(self._tick)

    def send(self, uid: int, gid: int, data: bytes, files: tuple[int, ...], done: Done) -> None:
        """Have `data` done by the user; `files` must stay open until `done` is called."""
        process = self._processes.get((uid, gid))
        if process is None:
            process = self._processes[uid, gid] = _Process((uid, gid))
            self._wanted.append(process)
        process.waiting.append(_Waiting(data, files, done))
        if process.socket is not None:
            self._hand_over(process)
        else:
            self._make_room()

    def let_idle_go(self) -> None:
        """Start afresh with whoever has nothing to do: rules have changed."""
        for process in [process for process in self._processes.values() if process.idle]:
            self._let_go(process)

    # Spawning

    def _make_room(self) -> None:
        while self._wanted:
            if len(self._processes) - len(self._wanted) >= self._limit:
                idle = [process for process in self._processes.values() if process.idle]
                if not idle:
                    return
                self._let_go(min(idle, key=lambda process: process.idle_since))
            self._ask_for(self._wanted.popleft())

    def _ask_for(self, process: _Process) -> None:
        self._ticket += 1
        self._asked[self._ticket] = process
        process.deadline = self._reactor.now + self._spawn_seconds
        try:
            self._line.send(REQUEST.pack(self._ticket, *process.key))
        except OSError:
            del self._asked[self._ticket]
            self._give_up(process)

    def _spawned(self, events: int) -> None:
        try:
            answer, descriptors, _, _ = socket.recv_fds(self._line, ANSWER.size, 1)
        except BlockingIOError:
            return
        if not answer:
            self._reactor.forget(self._line.fileno())
            return
        ticket, granted = ANSWER.unpack(answer)
        process = self._asked.pop(ticket, None)
        if process is None:  # asked for by a worker before this one, or too long ago
            for fd in descriptors:
                os.close(fd)
        elif granted and descriptors:
            self._introduce(process, socket.socket(fileno=descriptors[0]))
        else:
            self._give_up(process)

    def _introduce(self, process: _Process, connection: socket.socket) -> None:
        connection.setblocking(False)
        process.socket = connection
        process.deadline = NEVER
        self._reactor.watch(connection.fileno(), READ, lambda _: self._answered(process))
        self._hand_over(process)

    # Requests

    def _hand_over(self, process: _Process) -> None:
        assert process.socket is not None
        while process.waiting and len(process.under_way) < UNDER_WAY:
            waiting = process.waiting[0]
            try:
                socket.send_fds(process.socket, [waiting.data], list(waiting.files))
            except BlockingIOError:
                break  # goes on when something is answered
            except OSError:
                self._give_up(process)
                return
            process.under_way.append(process.waiting.popleft())
            process.deadline = self._reactor.now + self._answer_seconds

    def _answered(self, process: _Process) -> None:
        assert process.socket is not None
        try:
            answer = process.socket.recv(LARGEST_ANSWER)
        except BlockingIOError:
            return
        except OSError:
            answer = b""
        if not answer or not process.under_way:
            self._give_up(process)
            return
        waiting = process.under_way.popleft()
        process.deadline = self._reactor.now + self._answer_seconds if process.under_way else NEVER
        process.idle_since = self._reactor.now
        self._hand_over(process)
        waiting.done(answer)
        self._make_room()

    def _give_up(self, process: _Process) -> None:
        self._let_go(process)
        for waiting in (*process.under_way, *process.waiting):
            waiting.done(None)
        self._make_room()

    def _let_go(self, process: _Process) -> None:
        if self._processes.get(process.key) is process:
            del self._processes[process.key]
        if process.socket is not None:
            with suppress(KeyError):
                self._reactor.forget(process.socket.fileno())
            process.socket.close()
            process.socket = None

    def _tick(self) -> None:
        now = self._reactor.now
        for process in list(self._processes.values()):
            if process.idle and now - process.idle_since > self._idle_seconds:
                self._let_go(process)
            elif now > process.deadline:
                self._asked = {t: d for t, d in self._asked.items() if d is not process}
                self._give_up(process)
