"""spawner: where the server was started as root, the one process that stays root.

It sees no mail and no client. Workers, which have no rights, ask it for a
*recipient process*: a new program that runs as one user for good before it sees
the first byte of that user's mail. A worker that is taken over can have mail
delivered to any user it likes, as it always could; it can never become root. A
recipient process that is taken over is only its own user.

    worker  --- start: uid, gid --->   spawner (root)
            <-- a channel -----------     | fork, give up root, exec
            --- messages -------------->  recipient process (the user)
            <-- answers ----------------     rules, Maildir, sync
            --- stop --------------->  spawner kills it and says when it is dead

Recipient processes stay for the user's next message until the worker stops them,
so that a start is paid once, not for each message.

Guarantee: between fork and exec nothing of the user's is read. A process has a
session of its own and no terminal; its standard input, output and error are
/dev/null; it has no open file of the server but its channel, and hard limits on
what it may use. It dies when the spawner dies.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from contextlib import suppress
from functools import partial

from maildrop_py.lmtp.processes.answer import FAILED
from maildrop_py.lmtp.processes.parent_death import die_with_parent
from maildrop_py.lmtp.processes.privileges import Credentials, become, credentials_of
from maildrop_py.lmtp.processes.process_sessions import kill_session
from maildrop_py.lmtp.processes.recipient_program import CHANNEL
from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from maildrop_py.lmtp.server.reactor import READ, Reactor
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ORDER = struct.Struct("!BQII")  # START and so on, ticket, uid, gid
REPORT = struct.Struct("!BQ")  # STARTED and so on, ticket
START, STOP, KILL, FORGET_ALL = range(4)
STARTED, REFUSED, ENDED = range(3)

STOP_SECONDS = 5.0
"""A process whose channel was closed is killed if it has not ended by then."""

HIGHEST_DESCRIPTOR = 1 << 20

KEPT = ("PATH", "LANG", "LC_ALL", "TZ")
"""What a recipient process gets of the server's environment."""


def channel() -> tuple[socket.socket, socket.socket]:
    """A connection between the spawner and one worker; made before both are forked."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@record
class Policy:
    """Which program is started, for whom, and what it may use.

    Never for root, for no uid or gid below `lowest` (so no worker can reach a
    system account), and not for `refused` ids (those of the workers themselves).
    """

    command: tuple[str, ...]
    lowest: int = 1000
    refused: tuple[int, ...] = ()
    limits: ResourceLimits = ResourceLimits()

    def allows(self, credentials: Credentials) -> bool:
        """Whether a process with these ids may be started."""
        ids = (credentials.uid, credentials.gid)
        return min(ids) >= max(1, self.lowest) and credentials.uid not in self.refused


class _Child:
    """A process that runs. `kill_at` is when it is killed, a time.monotonic() value."""

    __slots__ = ("kill_at", "pid", "ticket", "worker")

    def __init__(self, pid: int, ticket: int, worker: socket.socket) -> None:
        self.pid, self.ticket, self.worker = pid, ticket, worker
        self.kill_at = float("inf")


class Spawner:
    """Starts recipient processes for the workers at the other ends of `channels`."""

    def __init__(self, channels: Sequence[socket.socket], policy: Policy) -> None:
        self._policy = policy
        self._children: dict[int, _Child] = {}  # by pid
        self._reactor = Reactor()
        for worker in channels:
            worker.setblocking(False)
            self._reactor.watch(worker.fileno(), READ, partial(self._ordered, worker))

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM; then the processes that are left end too."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._reactor.soon(self._reactor.stop))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: self._reactor.soon(self._reap))
        self._reactor.ticks += [beat, self._tick]
        beat()
        self._reactor.run()
        for child in self._children.values():
            kill_session(child.pid)

    # Orders

    def _ordered(self, worker: socket.socket, events: int) -> None:
        try:
            order = worker.recv(ORDER.size + 1)
        except BlockingIOError:
            return
        if len(order) != ORDER.size:
            self._reactor.forget(worker.fileno())  # closed, or not a worker of ours
            return
        what, ticket, uid, gid = ORDER.unpack(order)
        if what == START:
            self._start(worker, ticket, credentials_of(uid, gid))
        elif what == FORGET_ALL:  # a new worker: nobody knows the processes of the last one
            for child in self._of(worker):
                child.kill_at = time.monotonic() + STOP_SECONDS
        else:
            self._end(worker, ticket, at_once=what == KILL)

    def _end(self, worker: socket.socket, ticket: int, at_once: bool) -> None:
        child = next((c for c in self._of(worker) if c.ticket == ticket), None)
        if child is None:
            self._report(worker, ENDED, ticket)
        elif at_once:
            kill_session(child.pid)
        else:
            child.kill_at = time.monotonic() + STOP_SECONDS

    def _of(self, worker: socket.socket) -> list[_Child]:
        return [child for child in self._children.values() if child.worker is worker]

    def _report(self, worker: socket.socket, what: int, ticket: int) -> None:
        with suppress(OSError):  # it has gone, or does not listen: its loss
            worker.send(REPORT.pack(what, ticket))

    # Processes

    def _start(self, worker: socket.socket, ticket: int, credentials: Credentials) -> None:
        if not self._policy.allows(credentials):
            self._report(worker, REFUSED, ticket)
            return
        mine, theirs = channel()
        with mine, theirs:
            try:
                pid = os.fork()
            except OSError:  # no more processes or memory
                self._report(worker, REFUSED, ticket)
                return
            if pid == 0:
                self._become_recipient_process(credentials, mine)
            self._children[pid] = _Child(pid, ticket, worker)
            with suppress(OSError):
                socket.send_fds(worker, [REPORT.pack(STARTED, ticket)], [theirs.fileno()])

    def _become_recipient_process(self, credentials: Credentials, mine: socket.socket) -> None:
        """The child, up to exec; never returns into the spawner's own work."""
        parent = os.getppid()
        try:
            os.setsid()
            self._policy.limits.apply()
            become(credentials)
            die_with_parent(parent)
            os.chdir("/")
            os.umask(0o077)
            _keep_only(mine.fileno())
            environment = {name: os.environ[name] for name in KEPT if name in os.environ}
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.execve(self._policy.command[0], self._policy.command, environment)
        except BaseException as error:  # noqa: BLE001 - the outermost frame of this process
            with suppress(BaseException):
                os.write(CHANNEL, FAILED + f"{self._policy.command[0]}: {error}".encode())
        finally:
            os._exit(70)

    def _reap(self) -> None:
        while self._children:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid = 0
            if not pid:
                return
            child = self._children.pop(pid, None)
            if child is not None:
                self._report(child.worker, ENDED, child.ticket)

    def _tick(self) -> None:
        self._reap()
        now = time.monotonic()
        for child in [child for child in self._children.values() if child.kill_at <= now]:
            kill_session(child.pid)


def _keep_only(fd: int) -> None:
    """Leave open: /dev/null as standard input, output and error, and `fd` as CHANNEL.

    So closed are root's terminal, the sockets of other users' processes, of workers
    and of clients.
    """
    if fd != CHANNEL:
        os.dup2(fd, CHANNEL)
    os.set_inheritable(CHANNEL, True)
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(CHANNEL + 1, HIGHEST_DESCRIPTOR)
