"""A user's own server for the native hook: which process has a message, and limits."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from maildrop_py.serve import own_hand_over
from maildrop_py.serve.hand_over import STARTS
from maildrop_py.serve.own_hand_over import BUSY, FREE, WAITS, OwnHandOver, Places
from tests.faults.snapshot import open_folder
from tests.support.hooks import (
    MAIL,
    UID,
    Home,
    Server,
    hook_in,
    kill_all,
    processes,
    running_programs,
)
from tests.support.waiting import wait_until

SLOW = b"Subject: slow\n\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        if not hook_in(folder):
            pytest.skip("needs a C compiler")
        yield folder


@pytest.fixture
def home(folder: Path) -> Home:
    return Home(folder / "home", os.geteuid())


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    server = Server(folder, "own")
    yield server
    server.stop()


def test_a_message_is_delivered_and_its_status_told(home: Home, server: Server) -> None:
    done = home.deliver()
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert [path.read_bytes().endswith(MAIL) for path in home.files()] == [True]
    refused = home.deliver(b"Subject: no\n\n")
    assert (refused.returncode, refused.stderr) == (77, b"5.7.1 not here\n")


def test_a_failure_is_told_to_the_mail_server(home: Home, server: Server) -> None:
    shutil.rmtree(home.path / "Maildir")
    done = home.deliver()
    assert done.returncode == 75
    assert done.stderr.startswith(b"4.3.0 ")


def test_messages_that_come_one_by_one_need_few_processes(home: Home, server: Server) -> None:
    for _ in range(8):
        assert home.deliver().returncode == 0
    assert len(home.files()) == 8
    assert len(processes(server)) <= 4, "some may still be at the log of the last one"


def test_a_message_does_not_wait_for_a_slow_one(home: Home, server: Server) -> None:
    slow = [home.start(SLOW) for _ in range(2)]
    wait_until(lambda: len(running_programs(server)) == 2, "both are being delivered")
    assert home.deliver().returncode == 0
    kill_all(server)
    for running in slow:
        running.communicate()


def test_where_the_limit_is_reached_the_hook_is_on_its_own(folder: Path, home: Home) -> None:
    server = Server(folder, 1000, 2, "own")
    slow = [home.start(SLOW) for _ in range(2)]
    wait_until(lambda: len(running_programs(server)) == 2, "both are being delivered")
    done = home.deliver()
    assert done.stderr == b"4.3.0 maildrop-py-deliver: maildrop-py could not be run\n"
    server.says("2 deliveries are under way")
    kill_all(server)
    for running in slow:
        assert b"did not answer" in running.communicate()[1]
    assert home.deliver().returncode == 0, "others wait in their places"
    server.stop()


def test_a_process_that_is_killed_is_replaced(home: Home, server: Server) -> None:
    assert home.deliver().returncode == 0
    killed = wait_until(lambda: processes(server), "one waits")
    kill_all(server)
    assert home.deliver().returncode == 0
    assert not [pid for pid in killed if Path(f"/proc/{pid}").exists()], "no zombie is left"


def test_processes_end_with_the_server(folder: Path, home: Home) -> None:
    server = Server(folder, "own")
    assert home.deliver().returncode == 0
    pids = wait_until(lambda: processes(server), "one waits")
    server.stop()
    for pid in pids:
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), "it ends")


def test_nobody_else_is_delivered_for(home: Home, server: Server) -> None:
    if os.geteuid():
        pytest.skip("needs root to be somebody else")
    script = (
        f"import os, socket; os.setgid({UID}); os.setuid({UID})\n"
        "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        f"s.settimeout(20); s.connect({str(server.socket)!r}); assert s.recv(1) == b''\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    server.says(f"refused to uid {UID}")
    assert home.deliver().returncode == 0


@pytest.fixture
def keeper() -> Iterator[OwnHandOver]:
    """The server's main process, which runs no loop and starts nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        keeper = OwnHandOver(listener, lambda arguments, environ, delivered: 0, print, each_user=3)
        keeper._start = lambda place: keeper._places.put(place, WAITS) or ""  # type: ignore[method-assign, func-returns-value]
        yield keeper


def test_one_process_waits_whatever_the_others_do(keeper: OwnHandOver) -> None:
    places = keeper._places
    for busy in range(3):
        assert [keeper._why_none_waits(), keeper._why_none_waits()] == ["", ""]
        assert (places.number(WAITS), places.number(BUSY)) == (1, busy)
        places.put(places.first(WAITS), BUSY)
    assert keeper._why_none_waits() == "3 deliveries are under way"
    places.put(1, FREE)
    assert keeper._why_none_waits() == ""
    assert places.first(WAITS) == 1


def test_the_server_shows_that_it_lives(keeper: OwnHandOver) -> None:
    pid = os.fork()
    if pid == 0:
        keeper.run(lambda: os._exit(7))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_a_hook_that_went_away_again_is_not_waited_for(keeper: OwnHandOver) -> None:
    for place in range(3):
        keeper._places.put(place, BUSY)
    assert not keeper._listener.getblocking()
    keeper._listener.bind("")
    keeper._listener.listen()
    keeper._refuse()


@pytest.mark.parametrize(("place", "call"), [(socket, "socketpair"), (os, "fork")])
def test_without_room_for_a_process_the_hook_is_on_its_own(
    keeper: OwnHandOver, monkeypatch: pytest.MonkeyPatch, place: ModuleType, call: str
) -> None:
    def fails(*given: object) -> None:
        raise OSError(errno.EAGAIN, "no room")

    monkeypatch.setattr(place, call, fails)
    assert OwnHandOver._start(keeper, 0) == "no process can be started: no room"
    assert keeper._places.first(FREE) == 0


def test_who_kills_what_is_started_does_not_keep_the_server_busy(keeper: OwnHandOver) -> None:
    for _ in range(STARTS):
        assert keeper._why_none_waits() == ""
        keeper._places.put(0, FREE)
    assert "too many" in keeper._why_none_waits()


@pytest.mark.parametrize(("others", "stays"), [(WAITS, False), (BUSY, True), (FREE, True)])
def test_who_had_nothing_to_do_for_long_ends_unless_nobody_else_waits(
    monkeypatch: pytest.MonkeyPatch, others: bytes, stays: bool
) -> None:
    monkeypatch.setattr(own_hand_over, "IDLE", 0.01)
    places = Places(2)
    places.put(0, WAITS)
    places.put(1, others)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind("")
        listener.listen()
        process = own_hand_over._Waiting(listener, theirs, places, 0)
        waits = threading.Thread(target=process._next)
        waits.start()
        waits.join(0.1 if stays else 20)
        assert waits.is_alive() == stays
        ours.close()  # the server ends
        waits.join(20)
        assert not waits.is_alive()
