"""Deliveries run by processes that are their recipients, and never root."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.privileges import (
    Credentials,
    become,
    credentials_named,
    credentials_of,
)
from maildrop_py.lmtp.processes.recipient_processes import RecipientProcesses
from maildrop_py.lmtp.processes.spawner import Request, Spawner, line
from maildrop_py.lmtp.server.reactor import Reactor

if os.geteuid() != 0:
    pytest.skip("needs root: it becomes other users", allow_module_level=True)

ONE, TWO, THREE = 54321, 54322, 54323  # nobody has these ids


def perform(requests: list[Request]) -> list[bytes]:
    return [answer(request) for request in requests]


def answer(request: Request) -> bytes:
    if request.data == b"die":
        os._exit(1)
    if request.data == b"sleep":
        time.sleep(30)
    if request.data == b"root":
        return _try_to_be_root()
    text = [os.pread(fd, 1000, 0).decode() for fd in request.files]
    return json.dumps(
        {
            "pid": os.getpid(),
            "uids": os.getresuid(),
            "gids": os.getresgid(),
            "groups": os.getgroups(),
            "open": len(os.listdir("/proc/self/fd")) - 1 - len(request.files),
            "text": text,
            "signals": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
        }
    ).encode()


def _try_to_be_root() -> bytes:
    for attempt in (os.setuid, os.seteuid, os.setgid):
        try:
            attempt(0)
        except PermissionError:
            continue
        return b"got it back"
    return b"never again"


class SpawnerAndWorker:
    """A worker's loop and its processes; `ask` waits for the answers to several requests."""

    def __init__(self, **options: Any) -> None:
        self.mine, theirs = line()
        self.spawner = os.fork()
        if self.spawner == 0:
            self.mine.close()
            Spawner([theirs], perform).run()
            os._exit(0)
        theirs.close()
        self.reactor = Reactor()
        self.processes = RecipientProcesses(self.reactor, self.mine, **options)

    def ask(self, *requests: tuple[int, bytes]) -> list[Any]:
        answers: list[Any] = [...] * len(requests)

        def done(index: int, said: bytes | None) -> None:
            answers[index] = said
            if ... not in answers:
                self.reactor.stop()

        self.reactor._running = True
        with tempfile.TemporaryFile() as file:
            file.write(b"the message")
            file.flush()
            for index, (uid, data) in enumerate(requests):
                call: Callable[[bytes | None], None] = lambda said, i=index: done(i, said)  # noqa: E731
                self.processes.send(uid, uid, data, (file.fileno(),), call)
            if ... in answers:
                self.reactor.run()
        return [json.loads(said) if said and said[:1] == b"{" else said for said in answers]

    def close(self) -> None:
        os.kill(self.spawner, signal.SIGTERM)
        os.waitpid(self.spawner, 0)
        for process in list(self.processes._processes.values()):
            self.processes._let_go(process)
        self.mine.close()
        self.reactor.close()


@pytest.fixture
def spawner() -> Iterator[Callable[..., SpawnerAndWorker]]:
    opened: list[SpawnerAndWorker] = []

    def make(**options: Any) -> SpawnerAndWorker:
        opened.append(SpawnerAndWorker(**options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_a_recipient_process_is_its_user_and_nobody_else(spawner):
    (seen,) = spawner().ask((ONE, b"hello"))
    assert seen["uids"] == [ONE] * 3
    assert seen["gids"] == [ONE] * 3
    assert seen["groups"] == [ONE]
    assert seen["text"] == ["the message"]
    assert seen["signals"]


def test_a_recipient_process_cannot_become_root_again(spawner):
    assert spawner().ask((ONE, b"root")) == [b"never again"]


def test_a_recipient_process_has_nothing_open_that_was_root_s(spawner):
    (seen,) = spawner().ask((ONE, b"hello"))
    assert seen["open"] <= 4  # standard input, output and errors, and its line


def test_a_user_s_next_request_is_done_by_the_same_process(spawner):
    desk = spawner()
    (first,), (second,) = desk.ask((ONE, b"a")), desk.ask((ONE, b"b"))
    assert first["pid"] == second["pid"]


def test_users_have_processes_of_their_own(spawner):
    seen = spawner().ask((ONE, b"a"), (TWO, b"b"), (ONE, b"c"))
    assert [x["uids"][0] for x in seen] == [ONE, TWO, ONE]


def test_root_and_system_accounts_are_never_given_a_process(spawner):
    desk = spawner()
    assert desk.ask((0, b"hello")) == [None]
    assert desk.ask((credentials_named("daemon").uid, b"hello")) == [None]


def test_a_process_that_dies_costs_its_own_request_alone(spawner):
    desk = spawner()
    died, fine = desk.ask((ONE, b"die"), (TWO, b"hello"))
    assert died is None
    assert fine["uids"][0] == TWO
    (again,) = desk.ask((ONE, b"hello"))
    assert again["uids"][0] == ONE


def test_a_process_that_does_not_answer_is_given_up(spawner):
    desk = spawner(answer_seconds=0.5)
    stuck, fine = desk.ask((ONE, b"sleep"), (TWO, b"hello"))
    assert stuck is None
    assert fine["uids"][0] == TWO


def test_a_spawner_that_does_not_answer_is_asked_again_by_the_next_request(spawner):
    desk = spawner(spawn_seconds=0.2)
    os.kill(desk.spawner, signal.SIGSTOP)
    assert desk.ask((ONE, b"hello")) == [None]
    os.kill(desk.spawner, signal.SIGCONT)
    (seen,) = desk.ask((ONE, b"hello"))
    assert seen["uids"][0] == ONE


def test_more_users_than_processes_take_turns(spawner):
    users = [ONE + number for number in range(10)]
    seen = spawner(limit=2).ask(*((user, b"hello") for user in users))
    assert [x["uids"][0] for x in seen] == users


def test_many_requests_of_one_user_are_done_in_order(spawner):
    seen = spawner().ask(*((ONE, b"hello") for _ in range(100)))
    assert len({x["pid"] for x in seen}) == 1


def test_idle_processes_are_let_go_when_rules_change(spawner):
    desk = spawner()
    (first,) = desk.ask((ONE, b"a"))
    desk.processes.let_idle_go()
    (second,) = desk.ask((ONE, b"b"))
    assert first["pid"] != second["pid"]


def test_processes_end_with_their_worker(spawner):
    desk = spawner()
    (seen,) = desk.ask((ONE, b"a"))
    desk.processes.let_idle_go()
    end = time.monotonic() + 20
    while Path(f"/proc/{seen['pid']}/fd").exists():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_becoming_somebody_is_irrevocable_and_root_is_nobody():
    with pytest.raises(PermissionError):
        become(Credentials(0, 0, ()))
    with pytest.raises(PermissionError):
        become(Credentials(ONE, ONE, (0,)))
    with pytest.raises(UsageError, match="root"):
        credentials_named("root")
    with pytest.raises(UsageError, match="no user"):
        credentials_named("no-such-user-at-all")
    pid = os.fork()
    if pid == 0:
        become(Credentials(ONE, TWO, (THREE,)))
        kept = os.getresuid() == (ONE,) * 3 and os.getresgid() == (TWO,) * 3
        os._exit(0 if kept and os.getgroups() == [THREE] else 1)
    assert os.waitpid(pid, 0)[1] == 0


def test_an_account_s_group_is_its_own_whatever_is_asked_for():
    nobody = credentials_named("nobody")
    assert credentials_of(nobody.uid, 42).gid == nobody.gid
