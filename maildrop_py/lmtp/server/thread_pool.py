"""thread_pool: a fixed number of threads for calls that may take long.

All threads are started with the first call, and none later: if there is no memory
for a thread, that is known before anything is promised. (In concurrent.futures
such a call stays queued and is made later, when its client already has an answer
that says no; and threading.Thread.start may wait for ever for a thread that died
at its first step because there was no memory.)

A call wakes the thread that was idle for the shortest time, and no other: with
queue.SimpleQueue, in which all of them wait for one lock, thirty threads woke each
other some hundred times for each message.

A call must not raise. One that does ends the process, because somebody waits for
its result. The supervisor starts another process, and clients send again.
"""

from __future__ import annotations

import os
import traceback
from _thread import allocate_lock, start_new_thread
from collections import deque
from functools import partial
from queue import Empty, SimpleQueue
from time import process_time, sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType
    from collections.abc import Callable

FAILED = 70  # status
FIRST_STEP = 10.0  # seconds
PATIENCE = 0.004  # seconds between two looks at whether more threads are worth it
IDLE = 0.5  # of that time: with less of it used, this process leaves its processor idle


class ThreadPool:
    """At most `count` threads; fewer where there is no memory for more.

    Python lets one thread go on at a time, and to change between them costs more than
    many a call. So no more than `eager` of them run while the processor is busy (all if
    it is not given); and more and more while calls wait although the processor is idle,
    since those that run wait themselves.
    """

    def __init__(self, count: int, eager: int | None = None) -> None:
        self._count = count
        self._least = self._eager = count if eager is None else min(eager, count)
        self._begun = self._running = 0
        self._closed = False
        self._watched = self._least == count  # else there is nothing to watch
        self._mutex = allocate_lock()  # of what follows
        self._calls: deque[Callable[[], None]] = deque()
        self._idle: list[LockType] = []
        self._alive: list[bool] = []
        self._backlog = allocate_lock()  # released by whoever sees one
        self._backlog.acquire()
        self._ready: SimpleQueue[bool] = SimpleQueue()
        self._ended: SimpleQueue[bool] = SimpleQueue()

    def submit(self, call: Callable[..., None], *arguments: object) -> None:
        """Have `call` made. Raises RuntimeError if there can be no thread at all."""
        if not self._begun:
            self._begin()
        with self._mutex:
            self._calls.append(partial(call, *arguments))
            self._let_go_on()

    def close(self) -> None:
        """Return when all calls have been made; to be called in the loop's thread."""
        with self._mutex:
            self._closed, self._eager = True, self._count
            while self._idle:
                self._wake()
        for _ in self._alive:
            self._ended.get()

    def _begin(self) -> None:
        for _ in range(self._count):
            try:
                start_new_thread(self._work, ())
            except RuntimeError:
                if not self._begun:
                    raise
                break
            self._begun += 1
        try:
            self._ready.get(timeout=FIRST_STEP)
        except Empty:
            self._begun = 0
            raise RuntimeError("no thread could take its first step") from None
        self._begin_to_watch()

    def _begin_to_watch(self) -> None:
        """Without memory for the thread that lets others in, all are let in at once."""
        if self._least < self._begun:
            try:
                start_new_thread(self._watch, ())
            except RuntimeError:
                self._least = self._eager = self._count
                self._watched = True

    def _work(self) -> None:
        own = allocate_lock()
        own.acquire()
        with self._mutex:
            self._alive.append(True)
            self._idle.append(own)
            self._let_go_on()
        self._ready.put(True)
        own.acquire()
        try:
            while (call := self._next(own)) is not None:
                call()
        except BaseException:  # noqa: BLE001 - see the module's docstring
            traceback.print_exc()
            os._exit(FAILED)
        self._ended.put(True)

    def _next(self, own: LockType) -> Callable[[], None] | None:
        """The next call for a running thread, which is idle until then; None at the end."""
        while True:
            with self._mutex:
                if self._calls and self._running <= self._eager:
                    return self._calls.popleft()
                if self._closed:
                    return None
                self._running -= 1
                self._idle.append(own)
            own.acquire()

    def _let_go_on(self) -> None:
        """Wake an idle thread if one is to run, and have it watched how many are to."""
        if self._closed or (self._calls and self._running < self._eager):
            self._wake()
        if self._is_worth_a_look and not self._watched:
            self._watched = True
            self._backlog.release()

    @property
    def _is_worth_a_look(self) -> bool:
        """Whether more threads could run, or fewer."""
        return bool(self._calls and self._idle) or self._running > self._least

    def _wake(self) -> None:
        """Let the thread go on that was idle for the shortest time; it counts as running."""
        if self._idle:
            self._running += 1
            self._idle.pop().release()

    def _watch(self) -> None:
        """Let more threads run, or fewer, as long as there is a choice."""
        while True:
            self._backlog.acquire()
            while self._adapt():
                pass

    def _adapt(self) -> bool:
        """Twice as many threads if the processor idles, else half as many; whether to go on."""
        used = process_time()
        sleep(PATIENCE)
        is_idle = process_time() - used < IDLE * PATIENCE
        with self._mutex:
            if not is_idle and not self._closed:
                self._eager = max(self._least, self._eager // 2)
            elif self._calls and self._idle:
                self._eager = min(self._count, 2 * self._eager)
                for _ in range(min(self._eager - self._running, len(self._calls))):
                    self._wake()
            self._watched = self._is_worth_a_look
            return self._watched
