"""thread_pool: a fixed number of threads for calls that may take long.

All threads are started with the first call, and none later: if there is no memory
for a thread, that is known before anything is promised. (In concurrent.futures
such a call stays queued and is made later, when its client already has an answer
that says no; and threading.Thread.start may wait for ever for a thread that died
at its first step because there was no memory.)

A call must not raise. One that does ends the process, because somebody waits for
its result. The supervisor starts another process, and clients send again.
"""

from __future__ import annotations

import os
import traceback
from _thread import start_new_thread
from functools import partial
from queue import Empty, SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FAILED = 70  # status
FIRST_STEP = 10.0  # seconds


class ThreadPool:
    """At most `count` threads; fewer where there is no memory for more."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._begun = 0
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._alive: list[bool] = []
        self._ready: SimpleQueue[bool] = SimpleQueue()
        self._ended: SimpleQueue[bool] = SimpleQueue()

    def submit(self, call: Callable[..., None], *arguments: object) -> None:
        """Have `call` made. Raises RuntimeError if there can be no thread at all."""
        if not self._begun:
            self._begin()
        self._calls.put(partial(call, *arguments))

    def close(self) -> None:
        """Return when all calls have been made; to be called in the loop's thread."""
        for _ in range(self._begun):
            self._calls.put(None)
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

    def _work(self) -> None:
        self._alive.append(True)
        self._ready.put(True)
        try:
            while (call := self._calls.get()) is not None:
                call()
        except BaseException:  # noqa: BLE001 - see the module's docstring
            traceback.print_exc()
            os._exit(FAILED)
        self._ended.put(True)
