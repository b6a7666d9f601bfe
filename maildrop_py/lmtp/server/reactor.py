"""reactor: waits for sockets in one thread, and makes the calls that are due.

Not asyncio: with a connection for each message it took more processor time than
a plain epoll loop. Prototypes with a toy parser, in memory, on a busy machine:
2.4 to 3.1 times with asyncio.Protocol, 1.3 to 2.1 times with BufferedProtocol.

Guarantee: `soon` may be called from any thread and from signal handlers; everything
else belongs to the loop's thread. An exception in a callback ends the loop: a
callback that runs foreign code must catch what it raises.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

READ = select.POLLIN
WRITE = select.POLLOUT
GONE = select.POLLHUP | select.POLLERR
SHARED = getattr(select, "EPOLLEXCLUSIVE", 0)  # wake one of the processes, not all


class _Poll:
    """`select.poll` with the interface of epoll, where there is no epoll."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self.register, self.modify = self._poll.register, self._poll.modify
        self.unregister = self._poll.unregister

    def poll(self, seconds: float | None) -> list[tuple[int, int]]:
        return self._poll.poll(None if seconds is None else seconds * 1000)

    def close(self) -> None:
        pass


class Reactor:
    """One process's loop. `now` is the monotonic time of the round, in seconds."""

    def __init__(self) -> None:
        self._poll = select.epoll() if hasattr(select, "epoll") else _Poll()
        self._ready: dict[int, Callable[[int], None]] = {}
        self._soon: deque[Callable[[], None]] = deque()
        self._running = True
        self._awake, self._wake = os.pipe()
        self._is_woken = False
        self.rounds: list[Callable[[], bool]] = []  # after each round; True: go on at once
        self.ticks: list[Callable[[], None]] = []  # called about once a second
        self.now = time.monotonic()
        for end in (self._awake, self._wake):
            os.set_blocking(end, False)
        self.watch(self._awake, READ, self._drain)

    @property
    def wake_descriptor(self) -> int:
        """For `signal.set_wakeup_fd`: a byte written here wakes the loop."""
        return self._wake

    def watch(self, fd: int, events: int, ready: Callable[[int], None]) -> None:
        """Call `ready(events)` whenever `fd` is ready for any of `events`."""
        self._ready[fd] = ready
        self._poll.register(fd, events)

    def change(self, fd: int, events: int) -> None:
        """Watch `fd` for other `events`; an error or a hang-up always counts."""
        self._poll.modify(fd, events)

    def forget(self, fd: int) -> None:
        """Watch `fd` no longer. To be called before `fd` is closed."""
        del self._ready[fd]
        self._poll.unregister(fd)

    def soon(self, call: Callable[[], None]) -> None:
        """Call `call` in the loop; from any thread."""
        self._soon.append(call)
        if not self._is_woken:
            self._is_woken = True
            with suppress(OSError):  # a full pipe has woken it already, else a tick will
                os.write(self._wake, b"\0")

    def stop(self) -> None:
        """Let `run` return after this round; only in the loop's thread."""
        self._running = False

    def run(self) -> None:
        """Serve until `stop`."""
        poll, ready = self._poll.poll, self._ready
        next_tick = time.monotonic() + 1
        wait = 1.0
        while self._running:
            events = poll(wait)
            self.now = time.monotonic()
            for fd, event in events:
                call = ready.get(fd)
                if call is not None:  # an earlier event of this round may have closed it
                    call(event)
            self.settle()
            if self.now >= next_tick:
                next_tick = self.now + 1
                for tick in self.ticks:
                    tick()
            again = [after() for after in self.rounds]
            wait = 0.0 if True in again else max(0.0, next_tick - time.monotonic())

    def close(self) -> None:
        """Give back the descriptors."""
        self._poll.close()
        os.close(self._awake)
        os.close(self._wake)

    def end(self) -> None:
        """Make what a last round would have made; `run` has returned."""
        self.settle()
        for after in self.rounds:
            after()

    def settle(self) -> None:
        """Make the calls that `soon` has collected."""
        while self._soon:
            self._soon.popleft()()

    def _drain(self, events: int) -> None:
        with suppress(BlockingIOError):
            os.read(self._awake, 4096)
        self._is_woken = False  # before the calls are made: a later one writes again
        self.settle()
