"""recipient_program: the program that runs as a recipient, seen from the inside.

A new interpreter, started with exec by the spawner: it shares no memory, no
terminal and no open file with the server, but for the channel to its worker. The
requests of a worker come in on it, the answers go back in the same order. Those that
are made together are one packet, and so are the answers: each packet costs both sides
a turn of the processor.
"""

from __future__ import annotations

import gc
import os
import socket
import struct
import sys

from maildrop_py.lmtp.processes.answer import FAILED, LARGEST_ANSWER, READY, write_answers
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
HEAD = struct.Struct("=II")  # before each request: bytes of its data, number of its files
BATCH = 16  # messages that are synced together, at most
LARGEST_PACKET = 128 * 1024  # bytes of requests; one has less
MOST_FILES = BATCH  # in a packet


@record
class Request:
    """What a worker asks for: data in a form of its own, and open files."""

    data: bytes
    files: tuple[int, ...] = ()


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
    receiver = _Receiver(channel)
    while batch := receiver.batch():
        done = 0
        for replies in perform(batch):
            for request in batch[done : done + len(replies)]:
                for fd in request.files:
                    os.close(fd)
            done += len(replies)
            try:
                if replies:
                    channel.send(write_answers(replies))
            except OSError:
                return  # the worker has gone; its client will send the message again


class _Receiver:
    """Takes requests; its memory is used again for each packet."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._memory = bytearray(LARGEST_PACKET)
        self._view = memoryview(self._memory)

    def batch(self) -> list[Request]:
        """The requests that are there, at least one; none when the other end has closed."""
        batch = self._packet(0)
        while batch and len(batch) < BATCH:
            try:
                more = self._packet(socket.MSG_DONTWAIT)
            except (BlockingIOError, ConnectionResetError):
                break
            if not more:
                break
            batch += more
        return batch

    def _packet(self, flags: int) -> list[Request]:
        """As socket.recv_fds, which takes flags and ignores them (Python 3.11)."""
        size, extra, _, _ = self._channel.recvmsg_into(
            [self._memory], _ROOM, flags | socket.MSG_CMSG_CLOEXEC
        )
        files = iter(_descriptors(extra))
        found, at = [], 0
        while at < size:
            length, number = HEAD.unpack_from(self._memory, at)
            at += HEAD.size
            mine = tuple([next(files) for _ in range(number)])
            found.append(Request(bytes(self._view[at : at + length]), mine))
            at += length
        return found


_ROOM = socket.CMSG_SPACE(MOST_FILES * INT.size)


def _descriptors(extra: list[tuple[int, int, bytes]]) -> list[int]:
    found: list[int] = []
    for level, kind, packed in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            whole = len(packed) - len(packed) % INT.size
            found += [fd for (fd,) in INT.iter_unpack(packed[:whole])]
    return found
