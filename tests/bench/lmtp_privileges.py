"""lmtp_privileges: what it costs to deliver as the recipient, in four ways. Needs root.

    python -m tests.bench.lmtp_privileges [MESSAGES]

Each message of 5 KB is copied from an open file into a file in the user's folder
and renamed, as the user, without a sync, so that the disk does not hide the rest:

- *nobody changes*: the same work in one process, as a measure.
- *seteuid*: the process becomes the user for a moment and root again. Cheapest,
  but whoever takes the process over is root, and it serves hostile mail.
- *fork*: a process for each message, which becomes the user for good.
- *recipient processes*: a program for each user, started as that user, which stays.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

from maildrop_py.lmtp.processes.privileges import become, credentials_of
from maildrop_py.lmtp.processes.process_limits import ProcessLimits
from maildrop_py.lmtp.processes.recipient_processes import RecipientProcesses
from maildrop_py.lmtp.processes.recipient_program import Request, command_line, serve_requests
from maildrop_py.lmtp.processes.spawner import Policy, Spawner, channel
from maildrop_py.lmtp.processes.user_process import NEVER
from maildrop_py.lmtp.reply import Reply
from maildrop_py.lmtp.server.reactor import Reactor
from tests.bench.table import markdown

FIRST_UID = 54321  # nobody has these
SIZE = 5000
PEOPLE = (1, 16, 200)
IN_FLIGHT = 16  # as many sessions

Way = Callable[[Path, int, int, int], None]


def report(messages: int = 2000) -> str:
    """A table of microseconds for one message, by number of different recipients."""
    ways: dict[str, Way] = {
        "nobody changes": partial(_one_by_one, _stay),
        "seteuid": partial(_one_by_one, _seteuid),
        "fork": partial(_one_by_one, _fork),
        "recipient processes": _processes,
    }
    rows = [
        [name, *(_cost(way, messages, people) for people in PEOPLE)] for name, way in ways.items()
    ]
    return markdown(["µs a message", *(f"{people} users" for people in PEOPLE)], rows)


def deliver(folder: Path, number: int, fd: int) -> None:
    """The work: copy, rename."""
    with open(folder / f"tmp{number}", "wb", buffering=0) as file:
        file.write(os.pread(fd, SIZE, 0))
    os.rename(folder / f"tmp{number}", folder / f"new{number}")


def _cost(way: Way, messages: int, people: int) -> str:
    with _homes(people) as ground, tempfile.TemporaryFile() as message:
        message.write(b"x" * SIZE)
        message.flush()
        start = perf_counter()
        way(ground, messages, people, message.fileno())
        return f"{(perf_counter() - start) / messages * 1e6:,.0f}"


@contextmanager
def _homes(people: int) -> Iterator[Path]:
    ground = Path(tempfile.mkdtemp())
    ground.chmod(0o755)
    for uid in range(FIRST_UID, FIRST_UID + people):
        (ground / str(uid)).mkdir(mode=0o700)
        os.chown(ground / str(uid), uid, uid)
    try:
        yield ground
    finally:
        shutil.rmtree(ground)


def _one_by_one(
    as_user: Callable[[int, Callable[[], None]], None],
    ground: Path,
    messages: int,
    people: int,
    fd: int,
) -> None:
    for number in range(messages):
        uid = FIRST_UID + number % people
        as_user(uid, partial(deliver, ground / str(uid), number, fd))


def _stay(uid: int, work: Callable[[], None]) -> None:
    work()


def _seteuid(uid: int, work: Callable[[], None]) -> None:
    os.setgroups([uid])
    os.setegid(uid)
    os.seteuid(uid)
    work()
    os.seteuid(0)
    os.setegid(0)


def _fork(uid: int, work: Callable[[], None]) -> None:
    pid = os.fork()
    if pid == 0:
        become(credentials_of(uid, uid))
        work()
        os._exit(0)
    os.waitpid(pid, 0)


def _processes(ground: Path, messages: int, people: int, fd: int) -> None:
    mine, theirs = channel()
    command = command_line("tests.bench.lmtp_privileges", "serve")
    spawner = os.fork()
    if spawner == 0:
        mine.close()
        Spawner([theirs], Policy(tuple(command))).run()
        os._exit(0)
    theirs.close()
    reactor = Reactor()
    processes = RecipientProcesses(reactor, mine, ProcessLimits(), print)
    _Load(processes, reactor, ground, messages, people, fd).start()
    reactor.run()
    os.kill(spawner, signal.SIGTERM)
    os.waitpid(spawner, 0)
    mine.close()


def serve(channel: socket.socket) -> None:
    """The work of a recipient process."""
    serve_requests(channel, _perform)


def _perform(requests: list[Request]) -> Iterator[list[Reply]]:
    for request in requests:
        folder, number = request.data.decode().split("\0")
        deliver(Path(folder), int(number), request.files[0])
    yield [Reply(250, "2.0.0", "done")] * len(requests)


class _Load:
    """Keeps as many messages under way as there are sessions."""

    def __init__(
        self,
        processes: RecipientProcesses,
        reactor: Reactor,
        ground: Path,
        messages: int,
        people: int,
        fd: int,
    ) -> None:
        self.processes, self.reactor, self.ground = processes, reactor, ground
        self.messages, self.people, self.fd = messages, people, fd
        self.sent = self.answered = 0

    def start(self) -> None:
        for _ in range(IN_FLIGHT):
            self._send()

    def _send(self) -> None:
        if self.sent < self.messages:
            uid = FIRST_UID + self.sent % self.people
            data = f"{self.ground / str(uid)}\0{self.sent}".encode()
            self.sent += 1
            self.processes.send((uid, uid), (data,), (self.fd,), NEVER, self._done)

    def _done(self, reply: Reply) -> None:
        assert reply.code == 250, reply
        self.answered += 1
        self._send()
        if self.answered == self.messages:
            self.reactor.stop()


if __name__ == "__main__":
    print(report(*map(int, sys.argv[1:])))
