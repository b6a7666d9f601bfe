"""hand_over_process: delivers what the hook handed over, as its user, one message after another.

The talk, packets over a SOCK_SEQPACKET socket (hook/maildrop-py-deliver.c has
the other side):

    hook    MAGIC NUL, `C`directory NUL, `A`argument NUL ..., `E`NAME=VALUE NUL ...;
            with two descriptors: standard input, standard error
    server  "T": taken; a hook that does not wait any more has shut its socket for it
    server  one byte: the exit status

Who is told that a message is delivered does not wait for its line in the log. But the hook's
standard error is kept open until that is written, so whoever waits for its end, as Postfix
does, finds the line there.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable

from maildrop_py.record import record

Deliver = Callable[[list[str], dict[str, str], Callable[[], None]], int]
"""Delivers the message on standard input: arguments, environment -> exit status. What is given
besides is called as soon as it is certain that this is 0."""

MAGIC = b"maildrop-py 2"
MOST = 65536  # bytes of a request
TAKEN = b"T"
NEXT = b"n"
"""To the process: one message more. From it: done."""
KIND = (socket.AF_UNIX, socket.SOCK_SEQPACKET, 0)
STATUSES = DELIVERED, TRY_AGAIN, REJECTED = 0, 75, 77
PATIENCE = struct.pack("2l", 5, 0)  # struct timeval: that a hook has for its request
MESSAGES = 500  # that one process delivers
OF_RULES = ("maildrop_py.rules.", "maildrop_py.message.", "maildrop_py.maildir.", "re2")


@record
class Request:
    """What the hook passes on of its own surroundings."""

    directory: str
    arguments: list[str]
    environ: dict[str, str]


def read_request(data: bytes) -> Request:
    """The request in a packet. Raises ValueError for anything else."""
    magic, *items, end = data.split(b"\0")
    if magic != MAGIC or end or not items or items[0][:1] != b"C":
        raise ValueError("not a request")
    request = Request(os.fsdecode(items[0][1:]), [], {})
    for item in items[1:]:
        kind, text = item[:1], os.fsdecode(item[1:])
        name, equals, value = text.partition("=")
        if kind == b"A":
            request.arguments.append(text)
        elif kind == b"E" and name and equals:
            request.environ[name] = value
        else:
            raise ValueError("not a request")
    return request


class UserProcess:
    """Delivers messages of one user, in a process that is that user already.

    A process in which a delivery loaded more than rules need (YAML, a database, threads,
    a resolver) is `worn` after it, and so is one after MESSAGES of them: what one message
    leaves behind is no concern of the next one.
    """

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._modules = set(sys.modules)
        self._delivered = 0
        os.environ.clear()  # the server's; each message brings its own

    @property
    def is_worn(self) -> bool:
        """Whether another process should have the next message."""
        if self._delivered >= MESSAGES:
            return True
        return not all(name.startswith(OF_RULES) for name in sys.modules.keys() - self._modules)

    def serve(self, connection: socket.socket) -> None:
        """One message, from the hook's request to the status; closes `connection`."""
        with connection:
            descriptors: list[int] = []
            try:
                request = _taken(connection, descriptors)
                if request is None:
                    return  # the hook delivers by itself
                _surround(request, *descriptors)
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)
            answer = _Answer(connection)
            status = self._deliver(request.arguments, request.environ, answer.delivered)
            signal.setitimer(signal.ITIMER_REAL, 0)  # the deadline that `deliver` had set
            answer.give(status if status in STATUSES else TRY_AGAIN)
            _let_go_of_surroundings()
        self._delivered += 1


def _surround(request: Request, message: int, errors: int) -> None:
    """Make this process look as the hook does; `deliver` gets the environment as it is."""
    os.dup2(message, 0)
    os.dup2(errors, 2)
    try:
        os.chdir(request.directory)
    except OSError:
        os.chdir("/")
    zone = request.environ.get("TZ")
    if zone != os.environ.get("TZ"):
        os.environ.clear()
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()


def serve_given(connection: socket.socket, channel: socket.socket, deliver: Deliver) -> None:
    """This message, and those whose connections come through `channel`."""
    process = UserProcess(deliver)
    while True:
        process.serve(connection)
        if process.is_worn:
            return
        channel.send(NEXT)
        data, descriptors, _, _ = socket.recv_fds(channel, len(NEXT), 1)
        if not data or not descriptors:
            return
        connection = socket.socket(*KIND, fileno=descriptors[0])


def _taken(connection: socket.socket, descriptors: list[int]) -> Request | None:
    """What the hook asks for, once it is ours alone; `descriptors` gets those it passed."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, PATIENCE)
        data, passed, flags, _ = socket.recv_fds(connection, MOST, 2)
        descriptors += passed
        request = read_request(data)
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC) or len(descriptors) != 2:
            return None
        connection.send(TAKEN)
    except (OSError, ValueError):
        return None
    return request


class _Answer:
    """What the hook is told: once, as soon as it is known."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._is_given = False

    def delivered(self) -> None:
        """The message is delivered; its line in the log is still to be written."""
        self.give(DELIVERED)

    def give(self, status: int) -> None:
        """Send the status; more than once if need be, for without it the message comes again."""
        if self._is_given:
            return
        self._is_given = True
        for _ in range(10):
            try:
                self._connection.send(bytes([status]))
            except BrokenPipeError:
                return
            except OSError:
                time.sleep(0.02)
            else:
                return


def _let_go_of_surroundings() -> None:
    """Keep nothing of the mail server's open: it waits for the end of a pipe."""
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
