"""A server to be driven by tests: drops messages into a Maildir, one per recipient folder.

Run as `python drop.py '{"socket": ..., "maildir": ...}'`. Recipients named `nobody`
are unknown, `slow` takes a while to commit, `crash` ends the worker.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from maildrop_py.lmtp.address import EnvelopeAddress
from maildrop_py.lmtp.processes.supervisor import Supervisor
from maildrop_py.lmtp.processes.worker import Worker
from maildrop_py.lmtp.reply import Reply, answer_to
from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.listeners import (
    Listener,
    close_listener,
    inherited_listeners,
    listen_tcp,
    listen_unix,
)
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.session_settings import Limits
from maildrop_py.lmtp.transaction import Transaction
from maildrop_py.systemd import ServiceManager


class Dropped:
    """One message: tmp/NAME, then new/NAME; and how often `reload` came, in its name."""

    def __init__(self, drop: Drop, transaction: Transaction) -> None:
        drop.number += 1
        name = f"{os.getpid()}.{drop.number}.{drop.reloads}"
        self.drop, self.names = drop, list(transaction.recipients)
        self.tmp, self.new = f"{drop.maildir}/tmp/{name}", f"{drop.maildir}/new/{name}"
        self.fd = os.open(self.tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    def write(self, piece: bytes) -> None:
        while piece:
            piece = piece[os.write(self.fd, piece) :]

    def abort(self) -> None:
        os.close(self.fd)
        os.unlink(self.tmp)

    def commit(self, done: Callable[[Sequence[Reply]], None]) -> None:
        self.done = done
        if "crash" in self.names:
            os._exit(3)
        if "hang" in self.names:
            os.kill(os.getpid(), 19)  # SIGSTOP: the loop turns no more
        self.drop.groups.add(self)

    def begin(self) -> bool:
        return True

    def files(self) -> Sequence[int]:
        return (self.fd,)

    def sync(self) -> None:
        os.fsync(self.fd)

    def publish(self) -> Sequence[str]:
        if "badly" in self.names:
            raise OSError(28, "No space left on device")
        os.rename(self.tmp, self.new)
        return (f"{self.drop.maildir}/new",)

    def finish(self, error: Exception | None, failed: dict[str, Exception]) -> None:
        os.close(self.fd)
        reply = answer_to(error) if error else Reply(250, "2.0.0", f"Dropped by {os.getpid()}")
        self.done([reply] * len(self.names))


class Drop:
    """The handler."""

    def __init__(self, maildir: str, groups: GroupCommit) -> None:
        self.maildir, self.groups = maildir, groups
        self.number = self.reloads = 0

    def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | str:
        if address.local == "nobody":
            return Reply(550, "5.1.1", "No such user")
        return address.local

    def begin(self, transaction: Transaction) -> Dropped:
        return Dropped(self, transaction)

    def reload(self) -> None:
        self.reloads += 1

    def limit_reached(self, text: str) -> None:
        _log(text)

    def not_delivered(self, address: str, reply: Reply) -> None:
        return

    def unexpected(self, error: Exception) -> None:
        raise error


def main(options: dict[str, Any]) -> None:
    for folder in ("tmp", "new", "cur"):
        os.makedirs(f"{options['maildir']}/{folder}", exist_ok=True)
    listeners = opened(options)

    def work(number: int, beat: Callable[[], None]) -> None:
        def open_handler(reactor: Reactor, groups: GroupCommit) -> Drop:
            return Drop(options["maildir"], groups)

        limits = Limits(**options.get("limits", {}))
        Worker(listeners, open_handler, "drop.example", limits).run(beat, options.get("grace", 5.0))

    manager = ServiceManager(os.environ)
    hang = options.get("hang_seconds", 120.0)
    workers = Supervisor(work, options.get("workers", 1), manager, _log, hang_seconds=hang)
    workers.run()
    for listener in listeners:
        close_listener(listener)


def opened(options: dict[str, Any]) -> list[Listener]:
    listeners = inherited_listeners(os.environ)
    if "socket" in options:
        listeners.append(listen_unix(options["socket"], options.get("mode", 0o660)))
    if "port" in options:
        listeners.append(listen_tcp("127.0.0.1", options["port"]))
    return listeners


def _log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
