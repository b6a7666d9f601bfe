"""recipient_processes: a worker's way to have messages delivered by their recipients.

Keeps a bounded number of recipient processes (see `spawner`), one for each user.
Where all are in use, the one that has been idle longest makes room; if none is
idle, the message waits. Messages of one user are delivered in order, those of
several users at the same time.

Guarantee: `done` is called once for each message, whatever the user's process
does. Every message has a deadline. A message that was not sent to a process by
then is not delivered, and neither is one that the process has not begun. A
process that does not answer in time, or whose answer is not one, is killed, and
its messages are answered when it is dead. All that costs its own user alone.

What comes for a user in one round of the loop is sent to the process together.

Where a process dies while it delivers, nobody knows whether the message was
delivered; the reply is temporary, and the message comes again.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress

from maildrop_py.lmtp.processes.answer import read_answers, read_failure
from maildrop_py.lmtp.processes.failure_pauses import FailurePauses
from maildrop_py.lmtp.processes.spawner_client import SpawnerClient
from maildrop_py.lmtp.processes.user_process import NEVER, Order, UserProcess
from maildrop_py.lmtp.reply import Reply
from maildrop_py.lmtp.server.reactor import READ

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from maildrop_py.lmtp.processes.process_limits import ProcessLimits
    from maildrop_py.lmtp.processes.user_process import Done
    from maildrop_py.lmtp.server.reactor import Reactor

    Log = Callable[[str], None]

LATE = Reply(451, "4.3.0", "The time for this message is over; it was not delivered; try again")
LOST = Reply(451, "4.3.0", "The process that delivers was lost, perhaps not before; try again")
QUEUE_FULL = Reply(451, "4.3.2", "Too many messages wait for this recipient; try again later")
NOT_STARTED = Reply(451, "4.3.0", "The recipient's process could not be started; try again")
PAUSED = Reply(451, "4.3.0", "The recipient's process failed just now; try again later")


class RecipientProcesses:
    """The recipient processes of one worker; `channel` leads to the spawner.

    `log` takes one line for each process that is given up and each limit reached.
    """

    def __init__(
        self, reactor: Reactor, channel: socket.socket, limits: ProcessLimits, log: Log
    ) -> None:
        self._reactor, self._limits, self._log = reactor, limits, log
        self._processes: dict[tuple[int, int], UserProcess] = {}
        self._wanted: deque[UserProcess] = deque()  # no room for them yet
        self._to_send: dict[UserProcess, None] = {}  # at the end of this round
        self._by_ticket: dict[int, UserProcess] = {}  # those that run, or are being ended
        self._pauses = FailurePauses()
        self._spawner = SpawnerClient(reactor, channel, self)
        reactor.ticks.append(self._tick)
        reactor.rounds.append(self._send_all)

    def send(
        self,
        key: tuple[int, int],
        data: tuple[bytes, ...],
        files: tuple[int, ...],
        deadline: float,
        done: Done,
    ) -> None:
        """Have the user `key` (uid, gid) deliver `data`; then `done` gets the reply.

        `files` must stay open until then.
        """
        process = self._processes.get(key)
        if self._pauses.is_paused(key, self._reactor.now):
            done(PAUSED)
        elif process is not None and process.messages >= self._limits.queue:
            self._log(f"uid {key[0]}: {self._limits.queue} messages wait, another one is refused")
            done(QUEUE_FULL)
        else:
            self._queue(Order(data, files, done, deadline), key)

    @property
    def running(self) -> int:
        """Processes that run, or are being started or ended."""
        return len(self._by_ticket)

    @property
    def messages(self) -> int:
        """Messages that wait or are being delivered."""
        return sum(process.messages for process in self._processes.values())

    def stop_idle(self) -> None:
        """Stop the processes that have nothing to do: rules have changed."""
        for process in [process for process in self._processes.values() if process.idle]:
            self._stop(process)

    def _queue(self, order: Order, key: tuple[int, int]) -> None:
        process = self._processes.get(key)
        if process is None:
            process = self._processes[key] = UserProcess(key)
            self._wanted.append(process)
        process.waiting.append(order)
        if process.ready:
            self._to_send[process] = None
        else:
            self._make_room()

    # Starting

    def _make_room(self) -> None:
        while self._wanted:
            if len(self._by_ticket) >= self._limits.processes:
                idle = [process for process in self._processes.values() if process.idle]
                if not idle:
                    return
                self._stop(min(idle, key=lambda process: process.idle_since))
            self._start(self._wanted.popleft())

    def _start(self, process: UserProcess) -> None:
        process.ticket = self._spawner.start(*process.key)
        process.deadline = self._reactor.now + self._limits.start_seconds
        if process.ticket:
            self._by_ticket[process.ticket] = process
        else:
            self._not_started(process, "the spawner does not listen")

    def started(self, ticket: int, connection: socket.socket | None) -> None:
        """The spawner's report: a process runs, or could not be started."""
        process = self._by_ticket.get(ticket)
        if connection is None:
            if process is not None:
                self._not_started(process, "the spawner refused it, or the machine is full")
        elif process is None:
            connection.close()  # nobody waits for it any more
        else:
            self._connect(process, connection)

    def _connect(self, process: UserProcess, connection: socket.socket) -> None:
        connection.setblocking(False)
        process.socket = connection
        self._reactor.watch(connection.fileno(), READ, lambda _: self._receive(process))

    def _not_started(self, process: UserProcess, reason: str) -> None:
        self._log(f"uid {process.key[0]}: its process could not be started: {reason}")
        _, orders = process.take_orders()
        self._by_ticket.pop(process.ticket, None)
        self._pauses.failed(process.key, self._reactor.now)
        self._forget(process)
        for order in orders:
            order.done(NOT_STARTED)
        self._make_room()

    # Messages

    def _send_all(self) -> bool:
        while self._to_send:
            process, _ = self._to_send.popitem()
            if process.ready and self._processes.get(process.key) is process:
                self._send_waiting(process)
        return False

    def _send_waiting(self, process: UserProcess) -> None:
        try:
            process.send_waiting()
        except OSError:
            self._give_up(process, "its channel broke")
        else:
            self._set_deadline(process)

    def _set_deadline(self, process: UserProcess) -> None:
        first = min((order.deadline for order in process.sent), default=NEVER)
        process.deadline = first + self._limits.answer_seconds

    def _receive(self, process: UserProcess) -> None:
        data = process.receive()
        if data is None:
            return
        if not process.ready:
            self._began(process, data)
        elif not data:
            self._give_up(process, "it ended" if process.sent else "")
        else:
            self._answered(process, data)

    def _began(self, process: UserProcess, data: bytes) -> None:
        failure = read_failure(data)
        if failure:
            self._kill(process)
            self._not_started(process, failure if data else "it ended at once")
            return
        process.ready = True
        process.idle_since = self._reactor.now
        self._send_waiting(process)

    def _answered(self, process: UserProcess, data: bytes) -> None:
        replies = read_answers(data, len(process.sent))
        if replies is None:
            process.believed = False
            self._give_up(process, "it sent something that is not an answer")
            return
        orders = [process.sent.popleft() for _ in replies]
        self._pauses.succeeded(process.key)
        process.idle_since = self._reactor.now
        self._set_deadline(process)
        self._to_send[process] = None
        for order, reply in zip(orders, replies, strict=True):
            order.done(reply)
        self._make_room()

    # Ending

    def _stop(self, process: UserProcess) -> None:
        """Close the channel of an idle process, which ends it."""
        self._forget(process)
        self._by_ticket.pop(process.ticket, None)
        self._spawner.stop(process.ticket)

    def _give_up(self, process: UserProcess, reason: str) -> None:
        """Kill a process; its messages are answered when it is dead."""
        self._failed(process, reason)
        self._forget(process, close=False)
        waiting = [*process.waiting]
        process.waiting.clear()
        for order in waiting:
            self._queue(order, process.key)  # they were not sent, so another may have them
        process.deadline = self._reactor.now + self._limits.end_seconds
        self._kill(process)

    def _failed(self, process: UserProcess, reason: str) -> None:
        if reason:
            self._log(f"uid {process.key[0]}: its process is given up: {reason}")
            self._pauses.failed(process.key, self._reactor.now)

    def _kill(self, process: UserProcess) -> None:
        if not self._spawner.kill(process.ticket):
            self.ended(process.ticket)

    def ended(self, ticket: int) -> None:
        """The spawner's report: a process is dead. What it answered before counts."""
        process = self._by_ticket.get(ticket)
        if process is None:
            return
        known = self._processes.get(process.key) is process
        if known and not process.ready:
            data = process.receive() if process.socket is not None else b""
            self._not_started(process, (data and read_failure(data)) or "it ended at once")
            return
        replies = process.last_replies()
        sent, waiting = process.take_orders()
        self._failed(process, "it ended" if known and len(sent) > len(replies) else "")
        self._by_ticket.pop(ticket)
        self._forget(process)
        for number, order in enumerate(sent):
            order.done(replies[number] if number < len(replies) else LOST)
        for order in waiting:
            self._queue(order, process.key)
        self._make_room()

    def _forget(self, process: UserProcess, close: bool = True) -> None:
        """It gets no more messages; with `close`, its channel is closed too."""
        if self._processes.get(process.key) is process:
            del self._processes[process.key]
        if process.socket is not None:
            with suppress(KeyError):
                self._reactor.forget(process.socket.fileno())
            if close:
                process.socket.close()
                process.socket = None

    # Time

    def _tick(self) -> None:
        now = time.monotonic()
        self._drop_late(now)
        for process in list(self._by_ticket.values()):
            known = self._processes.get(process.key) is process
            if process.idle and known and now - process.idle_since > self._limits.idle_seconds:
                self._stop(process)
            elif now > process.deadline:
                self._overdue(process, known)
        self._pauses.forget_old(now)

    def _overdue(self, process: UserProcess, known: bool) -> None:
        if not known:
            self._log(f"uid {process.key[0]}: its process cannot be ended")
            self.ended(process.ticket)
        elif process.ready:
            self._give_up(process, "it did not deliver in time")
        else:
            self._kill(process)
            self._not_started(process, f"not within {self._limits.start_seconds:.0f} s")

    def _drop_late(self, now: float) -> None:
        """Answer messages whose time was over before a process could have them."""
        for process in list(self._processes.values()):
            late = [order for order in process.waiting if order.deadline < now]
            if not late:
                continue
            self._log(f"uid {process.key[0]}: {len(late)} messages waited too long")
            process.waiting = deque(order for order in process.waiting if order.deadline >= now)
            for order in late:
                order.done(LATE)
