"""readers: mail readers and a watcher at work beside each other."""

from __future__ import annotations

import random
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.dovecot import Dovecot
from tests.support.end_to_end.imap_client import Client, client
from tests.support.end_to_end.program import Program


def some(reader: Client, number: int) -> list[tuple[int, str]]:
    """A few of the messages that the folder shows: UID and Message-ID."""
    messages = sorted(reader.messages().items())
    return random.sample(messages, min(number, len(messages)))


@contextmanager
def at_work(imap: Dovecot, account: Account, *jobs: Callable[[Client], None]) -> Iterator[None]:
    """Each job is done again and again in a session of its own; what goes wrong in it is raised."""
    stop = threading.Event()
    begun = threading.Barrier(len(jobs) + 1)
    errors: list[Exception] = []

    def work(job: Callable[[Client], None]) -> None:
        try:
            with client(imap, account) as reader:
                begun.wait(60)
                while not stop.is_set():
                    job(reader)
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    begun.wait(60)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    assert errors == []


@contextmanager
def watching(account: Account, program: Program, *arguments: str) -> Iterator[None]:
    """`watch` as the user, when it has said that it is ready."""
    output, address = account.home / "watch.out", account.home / "notify"
    uid, gid = account.ids
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, output.open("wb") as file:
        manager.bind(str(address))
        manager.settimeout(60)
        account.own(address)
        process = subprocess.Popen(
            [str(program.command), "watch", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={
                "HOME": str(account.home),
                "PATH": "/usr/bin:/bin",
                "LOGNAME": account.name,
                "NOTIFY_SOCKET": str(address),
            },
            user=uid,
            group=gid,
            extra_groups=[],
        )
        try:
            assert manager.recv(1000).startswith(b"READY=1"), output.read_text()
            yield
            process.terminate()
            assert process.wait(60) == 0, output.read_text()
        finally:
            process.kill()
            process.wait()
