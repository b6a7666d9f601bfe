"""spawner: where the server was started as root, the one process that stays root.

It sees no mail and no client. Workers, which are nobody in particular, ask it
for a *process*: a process that is a given user, in every respect and for good,
before it sees the first byte of that user's mail. A worker that is taken over
can have mail delivered to any user it likes, as it always could; it can never
become root, and a process that is taken over is only its own user.

    worker  --- uid, gid --->  spawner (root)
            <-- a socket ---      | fork, become(user)
            --- messages ----->  process (the user): rules, Maildir, sync
            <-- replies ------

Recipient processes live on for the user's next message, until the worker lets them go, so
the price of a fork is paid once, not for each message.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import sys
import traceback
from functools import partial

from maildrop_py.lmtp.processes.privileges import Credentials, become, credentials_of
from maildrop_py.lmtp.server.reactor import READ, Reactor
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # Delivers a batch as the user that the process is; one answer for each.
    Perform = Callable[[list["Request"]], list[bytes]]

REQUEST = struct.Struct("!QII")  # ticket, uid, gid
ANSWER = struct.Struct("!Q?")  # ticket, whether a socket comes with it
INT = struct.Struct("i")
LARGEST_REQUEST = 64 * 1024  # bytes of `data`
MOST_DESCRIPTORS = 8
BATCH = 16


@record
class Request:
    """What a worker asks a process to do: data in a form of theirs, and open files."""

    data: bytes
    files: tuple[int, ...]


def line() -> tuple[socket.socket, socket.socket]:
    """A connection between the spawner and one worker; made before both are forked."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Spawner:
    """Forks processes for those who ask on one of `lines`.

    Never for root, and for no uid or gid below `lowest`, so that no worker can
    get at an account of the system. `perform` is what a process does with requests.
    """

    def __init__(self, lines: list[socket.socket], perform: Perform, lowest: int = 1000) -> None:
        self._perform, self._lowest = perform, max(1, lowest)
        self._reactor = Reactor()
        for end in lines:
            end.setblocking(False)
            self._reactor.watch(end.fileno(), READ, partial(self._asked, end))

    def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM. Recipient processes that live then are left to their workers."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._reactor.soon(self._reactor.stop))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
        self._reactor.ticks.append(beat)
        beat()
        gc.freeze()  # a collection in a process would copy what it shares with this process
        self._reactor.run()

    def _asked(self, end: socket.socket, events: int) -> None:
        try:
            request = end.recv(REQUEST.size + 1)
        except BlockingIOError:
            return
        if len(request) != REQUEST.size:
            self._reactor.forget(end.fileno())  # closed, or not a worker of ours
            return
        ticket, uid, gid = REQUEST.unpack(request)
        credentials = credentials_of(uid, gid)
        if min(credentials.uid, credentials.gid) < self._lowest:
            end.send(ANSWER.pack(ticket, False))
        else:
            self._spawn(credentials, end, ticket)

    def _spawn(self, credentials: Credentials, end: socket.socket, ticket: int) -> None:
        mine, theirs = line()
        with mine, theirs:
            try:
                if os.fork() == 0:
                    self._be_recipient_process(credentials, mine)
            except OSError:  # no more processes or memory
                end.send(ANSWER.pack(ticket, False))
                return
            socket.send_fds(end, [ANSWER.pack(ticket, True)], [theirs.fileno()])

    def _be_recipient_process(self, credentials: Credentials, mine: socket.socket) -> None:
        """The process's whole life; never returns into the spawner's."""
        status = 70
        try:
            become(credentials)
            os.chdir("/")
            _forget_everything_but(mine.fileno())
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            serve_requests(mine, self._perform)
            status = 0
        except BaseException:  # noqa: BLE001 - the outermost frame of this process
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)


def serve_requests(mine: socket.socket, perform: Perform) -> None:
    """Do what comes on `mine` until the other end closes. What waits together is done together."""
    while batch := _batch(mine):
        answers = perform(batch)
        for request, answer in zip(batch, answers, strict=True):
            for fd in request.files:
                os.close(fd)
            try:
                mine.send(answer)
            except BrokenPipeError:
                return  # the worker has gone; its client will send the message again


def _batch(mine: socket.socket) -> list[Request]:
    batch: list[Request] = []
    flags = 0
    while len(batch) < BATCH:
        try:
            request = _receive(mine, flags)
        except (BlockingIOError, ConnectionResetError):
            break
        if not request.data:
            break
        batch.append(request)
        flags = socket.MSG_DONTWAIT
    return batch


def _receive(mine: socket.socket, flags: int) -> Request:
    """As socket.recv_fds, which takes flags and ignores them (Python 3.11)."""
    room = socket.CMSG_SPACE(MOST_DESCRIPTORS * INT.size)
    data, extra, _, _ = mine.recvmsg(LARGEST_REQUEST, room, flags | socket.MSG_CMSG_CLOEXEC)
    files: list[int] = []
    for level, kind, packed in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            whole = len(packed) - len(packed) % INT.size
            files += [fd for (fd,) in INT.iter_unpack(packed[:whole])]
    return Request(data, tuple(files))


def _forget_everything_but(fd: int) -> None:
    """Close what root had open: sockets of other users' processes, of workers, of clients."""
    first = 3
    if fd > first:
        os.closerange(first, fd)
    os.closerange(fd + 1, os.sysconf("SC_OPEN_MAX"))
