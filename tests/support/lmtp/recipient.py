"""recipient: a recipient process for tests, which says what it is, or does what it should not.

The data of a request names what it does.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator

from maildrop_py.lmtp.processes.answer import READY
from maildrop_py.lmtp.processes.recipient_program import CHANNEL, Request, serve_requests
from maildrop_py.lmtp.reply import Reply


def main(channel: socket.socket) -> None:
    """The work of the program."""
    serve_requests(channel, perform)


def main_that_fails(channel: socket.socket) -> None:
    """A program that cannot start."""
    channel.send(b"failed for a reason")


def main_that_babbles(channel: socket.socket) -> None:
    """A program that answers before it is asked."""
    channel.send(READY)
    for _ in range(100):
        channel.send(b"250 2.0.0 hello")
    time.sleep(60)


def main_that_counts(channel: socket.socket) -> None:
    """A program that says how many messages it got together."""

    def perform(requests: list[Request]) -> Iterator[list[Reply]]:
        yield [Reply(250, "2.0.0", f"{len(requests)} together")] * len(requests)

    serve_requests(channel, perform)


def perform(requests: list[Request]) -> Iterator[list[Reply]]:
    """One reply for each request, as soon as it is there."""
    for request in requests:
        yield [Reply(250, "2.0.0", _words(request))]


def _words(request: Request) -> str:
    what, _, argument = request.data.decode().partition(" ")
    if what == "die":
        os._exit(1)
    if what == "sleep":
        time.sleep(float(argument))
    if what == "start":
        return str(os.spawnv(os.P_NOWAIT, "/bin/sleep", ["sleep", argument]))
    if what == "raw":  # an answer that nobody has checked
        with socket.socket(fileno=os.dup(CHANNEL)) as channel:
            channel.send(bytes.fromhex(argument))
    if what == "root":
        return _try_to_be_root()
    if what == "write":
        return _try_to_write(request.files[0])
    return json.dumps(_state(request))


def _state(request: Request) -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "uids": os.getresuid(),
        "gids": os.getresgid(),
        "groups": os.getgroups(),
        "text": [os.pread(fd, 1000, 0).decode() for fd in request.files],
        "open": sorted({_target(fd) for fd in os.listdir("/proc/self/fd")}),
        "session": os.getsid(0),
        "terminal": _has_terminal(),
        "directory": os.getcwd(),
        "environment": sorted(os.environ),
        "signals": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
        "memory": resource.getrlimit(resource.RLIMIT_AS),
        "processor": resource.getrlimit(resource.RLIMIT_CPU),
        "processes": resource.getrlimit(resource.RLIMIT_NPROC),
    }


def _target(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}").split(":")[0]
    except OSError:
        return "the listing itself"


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def _try_to_be_root() -> str:
    for attempt in (os.setuid, os.seteuid, os.setgid):
        try:
            attempt(0)
        except PermissionError:
            continue
        return "got it back"
    return "never again"


def _try_to_write(fd: int) -> str:
    """Every way to change the message that other recipients read too."""
    for attempt in (_write, _truncate, _write_anew, _map):
        try:
            attempt(fd)
        except (OSError, ValueError):
            continue
        return f"changed by {attempt.__name__}"
    return "never"


def _write(fd: int) -> None:
    os.pwrite(fd, b"forged", 0)


def _truncate(fd: int) -> None:
    os.ftruncate(fd, 0)


def _write_anew(fd: int) -> None:
    again = os.open(f"/proc/self/fd/{fd}", os.O_RDWR)
    try:
        os.pwrite(again, b"forged", 0)
    finally:
        os.close(again)


def _map(fd: int) -> None:
    import mmap

    with mmap.mmap(fd, 0) as memory:
        memory[:1] = b"F"
