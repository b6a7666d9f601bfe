"""supervisor: starts the workers on the same sockets and looks after them.

The supervisor handles no mail. It forks the workers and starts a new one for each
that dies: the shorter that one lived, the longer the wait. It kills a worker
whose loop hangs, and passes SIGHUP on. On SIGTERM or SIGINT the workers finish
their sessions; a second signal ends them at once. Workers whose supervisor dies
stop by themselves.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from contextlib import suppress
from functools import partial

from maildrop_py.lmtp.processes.heartbeat import Heartbeats
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.systemd import ServiceManager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Beat = Callable[[], None]
    Work = Callable[[int, Beat], None]  # given the worker's number and its heartbeat

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
SHORT_LIFE = 10.0  # seconds; a worker that lived less died of something that lasts
LONGEST_PAUSE = 30.0
LONGEST_ROUND = 5.0  # seconds between two looks at the workers, if this process is not held up


class _Worker:
    """One place for a process."""

    __slots__ = ("beat", "failures", "number", "pid", "seen", "silent", "start_at", "started")

    def __init__(self, number: int) -> None:
        self.number = number
        self.pid = 0  # 0: none is running
        self.failures = 0
        self.started = self.start_at = 0.0
        self.beat = self.seen = self.silent = 0.0  # when it beat, when we looked, since when not


class Supervisor:
    """The parent of `count` processes that each run `work`.

    `hang_seconds`: a worker whose loop has not turned for so long is killed.
    `grace`: seconds that sessions get to finish. `log` takes one line about a
    worker that ended badly, `note` one about a signal that was obeyed.
    The worker with the number `last` is stopped only when the others have ended.
    With `front`, the parent that stays in the terminal, the server stops when that has gone.
    """

    def __init__(
        self,
        work: Work,
        count: int,
        manager: ServiceManager,
        log: Callable[[str], None],
        *,
        grace: float = 30.0,
        hang_seconds: float = 120.0,
        last: int | None = None,
        note: Callable[[str], None] = lambda text: None,
        front: int = 0,
    ) -> None:
        self._work, self._manager, self._log = work, manager, log
        self._grace, self._hang_seconds = grace, hang_seconds
        self._workers = [_Worker(number) for number in range(count)]
        self._last, self._note, self._front = last, note, front
        self._beats = Heartbeats(count)
        self._stop_at: float | None = None

    def run(self) -> None:
        """Serve until a signal says stop and the last worker has gone."""
        self._reactor = Reactor()
        self._install_signals()
        gc.collect()
        gc.freeze()  # what the workers share stays shared
        self._start_due()
        self._reactor.ticks.append(self._tick)
        self._manager.ready(f"{len(self._workers)} workers")
        self._reactor.run()
        self._reactor.close()

    def _install_signals(self) -> None:
        soon = self._reactor.soon
        signal.signal(signal.SIGTERM, lambda *_: soon(self._stop))
        signal.signal(signal.SIGINT, lambda *_: soon(self._stop))
        signal.signal(signal.SIGHUP, lambda *_: soon(self._hang_up))
        signal.signal(signal.SIGCHLD, lambda *_: soon(self._reap))

    # Starting

    def _start_due(self) -> None:
        for worker in self._workers:
            if not worker.pid and self._stop_at is None and worker.start_at <= self._reactor.now:
                self._start(worker)

    def _start(self, worker: _Worker) -> None:
        self._beats.beat(worker.number)
        worker.started = self._reactor.now
        parent = os.getpid()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid == 0:
            self._be(worker.number, parent, before)
        worker.pid = pid
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _be(self, number: int, parent: int, mask: set[int | signal.Signals]) -> None:
        """The worker's whole life; never returns into what the parent was doing."""
        status = 70
        try:
            for number_of_signal in SIGNALS:
                signal.signal(number_of_signal, signal.SIG_DFL)
            self._reactor.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._beats.keep_from_children()
            self._work(number, partial(self._beat, number, parent))
            status = 0
        except BaseException:  # noqa: BLE001 - the outermost frame of this process
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _beat(self, number: int, parent: int) -> None:
        self._beats.beat(number)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    # Looking after

    def _tick(self) -> None:
        if self._stop_at is not None and self._reactor.now > self._stop_at:
            self._signal(signal.SIGKILL)
            return
        if self._front and os.getppid() != self._front and self._stop_at is None:
            self._stop()
        hung = [worker for worker in self._workers if self._hangs(worker)]
        for worker in hung:
            self._log(f"worker {worker.pid} hangs and is killed")
            os.kill(worker.pid, signal.SIGKILL)
        if not hung:
            self._manager.alive()
        self._start_due()

    def _hangs(self, worker: _Worker) -> bool:
        """Whether it has not beaten for so long; this process must have seen that all the time.

        On a machine that was asleep nobody's heart beats, and everybody is well.
        """
        beat, now = self._beats.last(worker.number), self._reactor.now
        if beat != worker.beat or now - worker.seen > 2 * LONGEST_ROUND:
            worker.beat, worker.silent = beat, 0.0
        else:
            worker.silent += now - worker.seen
        worker.seen = now
        return bool(worker.pid) and worker.silent > self._hang_seconds

    def _reap(self) -> None:
        for worker in self._workers:
            if worker.pid:
                pid, status = os.waitpid(worker.pid, os.WNOHANG)
                if pid:
                    self._note_end(worker, os.waitstatus_to_exitcode(status))
        if self._stop_at is None:
            self._start_due()
        else:
            self._stop_last()

    def _note_end(self, worker: _Worker, status: int) -> None:
        lived = self._reactor.now - worker.started
        if self._stop_at is None:
            self._log(f"worker {worker.pid} ended with {status} after {lived:.0f} s")
        worker.pid = 0
        worker.failures = worker.failures + 1 if lived < SHORT_LIFE else 0
        worker.start_at = self._reactor.now + pause(worker.failures)

    # Signals

    def _stop(self) -> None:
        again = self._stop_at is not None
        if not again:
            self._stop_at = self._reactor.now + self._grace + 5
            self._manager.stopping()
            self._note("ends after the messages that have begun")
        self._signal(signal.SIGKILL if again else signal.SIGTERM)
        self._reap()

    def _hang_up(self) -> None:
        self._manager.reloading()
        self._signal(signal.SIGHUP)
        self._note("reads users and rules again")
        self._manager.ready(f"{len(self._workers)} workers")

    def _stop_last(self) -> None:
        alive = [worker for worker in self._workers if worker.pid]
        if not alive:
            self._reactor.stop()
        elif [worker.number for worker in alive] == [self._last]:
            os.kill(alive[0].pid, signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers:
            kept = number == signal.SIGTERM and worker.number == self._last
            if worker.pid and not kept:
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, number)


def pause(failures: int) -> float:
    """Seconds before a worker that died young `failures` times in a row is started again."""
    return min(LONGEST_PAUSE, 0.1 * 2**failures) if failures > 1 else 0.0
