"""recipient_program: the program that runs as a recipient, seen from the inside.

A new interpreter, started with exec by the spawner: it shares no memory, no
terminal and no open file with the server, but for the channel to its worker. The
requests of a worker come in on it, the answers go back in the same order.
"""

from __future__ import annotations

import gc
import os
import socket
import struct
import sys

from maildrop_py.lmtp.processes.answer import FAILED, LARGEST_ANSWER, READY, write_answer
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from maildrop_py.lmtp.reply import Reply

    # Delivers messages as the user that the process is: replies in the order of the
    # requests, some at a time.
    Perform = Callable[[list["Request"]], Iterator[list[Reply]]]

CHANNEL = 3
"""The descriptor of the channel in the process."""

INT = struct.Struct("i")
LARGEST_REQUEST = 64 * 1024  # bytes of `data`
MOST_DESCRIPTORS = 8
BATCH = 16  # messages that are synced together, at most


@record
class Request:
    """What a worker asks for: data in a form of its own, and open files."""

    data: bytes
    files: tuple[int, ...]


def command_line(module: str, function: str) -> list[str]:
    """The program whose work is `function(channel)` of `module`, as one may exec it.

    It looks for modules where this process does, and nowhere else: not in the
    current directory, the user's site directory or what the environment names.
    """
    boot = (
        "import sys; sys.path[:] = sys.argv[3:]\n"
        "from maildrop_py.lmtp.processes.recipient_program import main\n"
        "main(sys.argv[1], sys.argv[2])"
    )
    paths = [path for path in sys.path if path.startswith("/") and os.path.exists(path)]
    return [sys.executable, "-I", "-S", "-B", "-c", boot, module, function, *paths]


def main(module: str, function: str) -> None:
    """Run as the recipient until the worker closes the channel."""
    channel = socket.socket(fileno=CHANNEL)
    channel.set_inheritable(False)
    try:
        serve = getattr(__import__(module, fromlist=[function]), function)
    except BaseException as error:
        report_failure(channel, error)
        raise
    gc.collect()
    gc.freeze()  # what is loaded stays: no collection has to look at it again
    serve(channel)


def report_failure(channel: socket.socket, error: BaseException) -> None:
    """Tell the worker why this process cannot start."""
    reason = f"{type(error).__name__}: {error}".encode("utf-8", "replace")
    channel.send(FAILED + reason[: LARGEST_ANSWER - len(FAILED)])


def serve_requests(channel: socket.socket, perform: Perform) -> None:
    """Take requests until the other end closes. Those that wait together are one batch."""
    channel.send(READY)
    while batch := _batch(channel):
        done = 0
        for replies in perform(batch):
            for reply, request in zip(replies, batch[done:], strict=False):
                for fd in request.files:
                    os.close(fd)
                try:
                    channel.send(write_answer(reply))
                except OSError:
                    return  # the worker has gone; its client will send the message again
            done += len(replies)


def _batch(channel: socket.socket) -> list[Request]:
    batch: list[Request] = []
    flags = 0
    while len(batch) < BATCH:
        try:
            request = _receive(channel, flags)
        except (BlockingIOError, ConnectionResetError):
            break
        if not request.data:
            break
        batch.append(request)
        flags = socket.MSG_DONTWAIT
    return batch


def _receive(channel: socket.socket, flags: int) -> Request:
    """As socket.recv_fds, which takes flags and ignores them (Python 3.11)."""
    room = socket.CMSG_SPACE(MOST_DESCRIPTORS * INT.size)
    data, extra, _, _ = channel.recvmsg(LARGEST_REQUEST, room, flags | socket.MSG_CMSG_CLOEXEC)
    files: list[int] = []
    for level, kind, packed in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            whole = len(packed) - len(packed) % INT.size
            files += [fd for (fd,) in INT.iter_unpack(packed[:whole])]
    return Request(data, tuple(files))
