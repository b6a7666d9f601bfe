"""hand_over: messages that `maildrop-py-deliver` hands to a server that runs already.

The hook passes the descriptors of its standard input and standard error, its
arguments and the few variables that `deliver` reads; it gets back the exit
status. Each user has their own processes, forked from one in which everything
is loaded already: what runs in them is `deliver` itself, so decisions, log,
limits and statuses are the same. A process has one message at a time.

Guarantees: a process becomes the peer's user (SO_PEERCRED) before it reads a
byte of what the peer sent, so nobody gets anything delivered as somebody else.
Nothing of the message is read before the hook was told that it is taken; after that the
hook runs no command of its own. So a message is never given to two. Where a limit is
reached the connection is closed, and the hook runs `deliver` itself.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import sys
import time
from importlib import import_module

from maildrop_py.lmtp.processes.privileges import become, credentials_of
from maildrop_py.serve.hand_over_process import NEXT, Deliver, serve_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


EACH_USER, ALL_USERS = 20, 200
"""Deliveries at a time; with more, the hook delivers by itself."""
STARTS, STARTS_IN = 40, 1.0
"""Processes that are started for one user in so many seconds, or others would wait for them."""
IDLE = 30.0  # seconds that a process without work is kept

WARM = (
    *("cli.deliver", "cli.deliver_options", "intake.server_environment", "decision.decide"),
    *("delivery.deliver", "message.header_edits", "delivery.spool", "evidence.evidence"),
    *("intake.stdin", "maildir.keywords", "maildir.folder_name", "maildir.quota", "maildir.sweep"),
    *("message.message", "report.delivery_log", "rules.matching.engine", "rules.program.cache"),
)
"""Modules that a delivery needs, loaded before the first message comes."""

_PEER = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7))


class Starts:
    """When processes were started, and for whom."""

    def __init__(self) -> None:
        self._times: dict[int, list[float]] = {}  # by uid

    def one_more(self, uid: int) -> bool:
        """Whether one may be started for this user now, which counts if so."""
        now = time.monotonic()
        self._times = {
            known: kept
            for known, times in self._times.items()
            if (kept := [at for at in times if now - at < STARTS_IN])
        }
        times = self._times.setdefault(uid, [])
        if len(times) >= STARTS:
            return False
        times.append(now)
        return True


class _Child:
    """A process that delivers for one user, one message after another."""

    __slots__ = ("channel", "idle_since", "pid", "uid")

    def __init__(self, pid: int, uid: int, channel: socket.socket) -> None:
        self.pid, self.uid, self.channel = pid, uid, channel
        self.idle_since: float | None = None  # None: it is delivering


class HandOver:
    """Takes messages on a listening SOCK_SEQPACKET socket.

    Started as root, each user's processes are that user; otherwise only peers with
    our own uid are served. `lowest` is the lowest uid that mail is delivered for, and
    the uids in `refused` are not.
    `limit` runs in each new process, before anything else.
    """

    def __init__(
        self,
        listener: socket.socket,
        deliver: Deliver,
        log: Callable[[str], None],
        *,
        lowest: int = 1000,
        refused: tuple[int, ...] = (),
        each_user: int = EACH_USER,
        all_users: int = ALL_USERS,
        limit: Callable[[], None] = lambda: None,
    ) -> None:
        self._listener, self._deliver, self._log = listener, deliver, log
        self._lowest, self._refused = lowest, refused
        self._each, self._all = each_user, all_users
        self._limit = limit
        self._starts = Starts()
        self._children: dict[int, _Child] = {}  # by the descriptor of their channel
        self._wakes = select.poll()  # the listener, and the end of a process
        self._tells = select.poll()  # what processes say: worth knowing, not worth waking for
        self._stopped = False

    def run(self, beat: Callable[[], None]) -> None:
        """Serve until SIGTERM; deliveries that are under way are finished by themselves."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
        self._listener.setblocking(False)
        self._wakes.register(self._listener, select.POLLIN)
        load_all()
        while not self._stopped:
            beat()
            self._wakes.poll(1000)
            for descriptor, _ in self._tells.poll(0):
                self._hear(self._children[descriptor])
            self._accept()
            self._let_go()

    def _stop(self, number: int, frame: object) -> None:
        self._stopped = True

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # nobody, or it went away again, or there is no descriptor left
        with connection:
            uid, gid = peer_of(connection)
            refusal = self._refusal(uid)
            if refusal:
                self._log(f"hand-over: {refusal}")
            elif not self._given(connection, uid) and self._may_start(uid):
                self._start(connection, uid, gid)

    def _refusal(self, uid: int) -> str:
        """Why this peer is not served now, or nothing."""
        if os.geteuid() not in (0, uid):
            return f"refused to uid {uid}, who is not the user of this server"
        if os.geteuid() == 0 and (uid < self._lowest or uid in self._refused):
            return f"refused to uid {uid}: mail is not delivered for it"
        busy = [child.uid for child in self._children.values() if child.idle_since is None]
        if len(busy) >= self._all:
            return f"{self._all} deliveries are under way; uid {uid} delivers by itself"
        if busy.count(uid) >= self._each:
            return f"{self._each} deliveries of uid {uid} are under way; it delivers by itself"
        return ""

    def _may_start(self, uid: int) -> bool:
        """Whether a process may be started for a user who had some a moment ago."""
        if self._starts.one_more(uid):
            return True
        self._log(f"hand-over: {STARTS} processes a second for uid {uid}, no more are started")
        return False

    def _given(self, connection: socket.socket, uid: int) -> bool:
        """Whether a process of this user that has nothing to do has it now."""
        for child in list(self._children.values()):
            if child.uid == uid and child.idle_since is not None:
                try:
                    socket.send_fds(child.channel, [NEXT], [connection.fileno()])
                except OSError:
                    self._forget(child)
                    continue
                child.idle_since = None
                return True
        return False

    def _start(self, connection: socket.socket, uid: int, gid: int) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            pid = os.fork()
        except OSError as error:
            self._log(f"hand-over: no process for uid {uid}: {error.strerror}")
            return
        if pid == 0:
            ours.close()  # or this process would never see that the server is gone
            self._be(uid, gid, connection, theirs)
        theirs.close()
        self._children[ours.fileno()] = _Child(pid, uid, ours)
        self._wakes.register(ours, 0)
        self._tells.register(ours, select.POLLIN)

    def _be(self, uid: int, gid: int, connection: socket.socket, channel: socket.socket) -> None:
        """The whole life of a user's process; it never returns."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            self._listener.close()
            for child in self._children.values():
                child.channel.close()
            self._limit()
            if os.geteuid() == 0:
                become(credentials_of(uid, gid))
            serve_given(connection, channel, self._deliver)
        finally:
            os._exit(0)

    def _hear(self, child: _Child) -> None:
        """It has finished, or it has ended."""
        try:
            said = child.channel.recv(len(NEXT), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said:
            child.idle_since = time.monotonic()
        else:
            self._forget(child)

    def _forget(self, child: _Child) -> None:
        self._wakes.unregister(child.channel)
        self._tells.unregister(child.channel)
        del self._children[child.channel.fileno()]
        child.channel.close()

    def _let_go(self) -> None:
        """End processes that had nothing to do for long, or that are too many."""
        idle = [child for child in self._children.values() if child.idle_since is not None]
        idle.sort(key=lambda child: child.idle_since or 0.0)
        too_many = len(self._children) - self._all
        for number, child in enumerate(idle):
            if number < too_many or time.monotonic() - (child.idle_since or 0.0) > IDLE:
                self._forget(child)


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """uid and gid of whoever connected (SO_PEERCRED, unix(7))."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, uid, gid = _PEER.unpack(found)
    return uid, gid


def load_all() -> None:
    """Load what a delivery needs, and keep the memory of it shared by all processes."""
    sys.dont_write_bytecode = True
    for name in ("json", *(f"maildrop_py.{name}" for name in WARM)):
        import_module(name)
    gc.collect()
    gc.freeze()
