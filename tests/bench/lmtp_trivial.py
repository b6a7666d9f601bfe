"""A handler that only writes, syncs and moves into a Maildir: what the front listener itself costs.

`python tests/bench/lmtp_trivial.py SOCKET MAILDIR [PROCESSES]` serves until SIGTERM.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence

from maildrop_py.lmtp.address import EnvelopeAddress
from maildrop_py.lmtp.processes.worker import Worker
from maildrop_py.lmtp.reply import Reply, answer_to
from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.listeners import Listener, listen_unix
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.transaction import Transaction

DELIVERED = Reply(250, "2.0.0", "Delivered")


class Spool:
    """One message: tmp/NAME, then new/NAME."""

    def __init__(self, maildir: str, name: str, groups: GroupCommit, count: int) -> None:
        self.tmp, self.new = f"{maildir}/tmp/{name}", f"{maildir}/new/{name}"
        self.directory, self.groups, self.count = f"{maildir}/new", groups, count
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.fd = os.open(self.tmp, flags, 0o600)

    def write(self, piece: bytes) -> None:
        while piece:
            piece = piece[os.write(self.fd, piece) :]

    def abort(self) -> None:
        os.close(self.fd)
        os.unlink(self.tmp)

    def commit(self, done: Callable[[Sequence[Reply]], None]) -> None:
        self.done = done
        self.groups.add(self)

    def begin(self) -> bool:
        return True

    def files(self) -> Sequence[int]:
        return (self.fd,)

    def sync(self) -> None:
        os.fsync(self.fd)

    def publish(self) -> Sequence[str]:
        os.rename(self.tmp, self.new)
        return (self.directory,)

    def finish(self, error: Exception | None, failed: dict[str, Exception]) -> None:
        os.close(self.fd)
        error = error or failed.get(self.directory)
        self.done([answer_to(error) if error else DELIVERED] * self.count)


class Trivial:
    """Accepts everybody into one Maildir."""

    def __init__(self, maildir: str, groups: GroupCommit) -> None:
        self.maildir, self.groups, self.number = maildir, groups, 0
        self.process = os.getpid()

    def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | str:
        return address.text

    def begin(self, transaction: Transaction) -> Spool:
        self.number += 1
        name = f"{self.process}.{self.number}"
        return Spool(self.maildir, name, self.groups, len(transaction.recipients))

    def reload(self) -> None:
        return

    def limit_reached(self, text: str) -> None:
        return

    def not_delivered(self, address: str, reply: Reply) -> None:
        return

    def unexpected(self, error: Exception) -> None:
        raise error


def serve(listener: Listener, maildir: str) -> None:
    def open_handler(reactor: Reactor, groups: GroupCommit) -> Trivial:
        return Trivial(maildir, groups)

    gc.freeze()
    Worker([listener], open_handler, "bench").run()


def main(path: str, maildir: str, processes: int = 1) -> None:
    for folder in ("tmp", "new", "cur"):
        os.makedirs(f"{maildir}/{folder}", exist_ok=True)
    listener = listen_unix(path)
    children = []
    for _ in range(processes):
        if child := os.fork():
            children.append(child)
        else:
            serve(listener, maildir)
            os._exit(0)
    signal.signal(signal.SIGTERM, lambda *_: [os.kill(child, signal.SIGTERM) for child in children])
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
