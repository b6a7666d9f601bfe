"""Messages handed over by the native hook: as whom they are delivered, limits, hostile peers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from maildrop_py.serve.hand_over_process import read_request
from tests.faults.snapshot import open_folder
from tests.support.hooks import (
    MAIL,
    RULES,
    UID,
    Home,
    Server,
    hook_in,
    kill_all,
    running_programs,
)
from tests.support.waiting import wait_until

REQUEST = b"maildrop-py 2\0C/\0"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the hook and the socket are; a hook that finds no server fails with 75."""
    with open_folder() as folder:
        if not hook_in(folder):
            pytest.skip("needs a C compiler")
        yield folder


@pytest.fixture
def home(folder: Path) -> Home:
    uid = os.geteuid() or UID
    return Home(folder / "home", uid)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    yield server
    if server.process.poll() is None:
        server.stop()


def test_a_message_is_delivered_by_its_users_rules_and_rights(home: Home, server: Server) -> None:
    done = home.deliver(MAIL, "--sender", "ann@example.org")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    [path] = home.files()
    assert path.read_bytes().endswith(MAIL)
    assert path.stat().st_uid == home.uid
    log = home.path / ".local/state/maildrop-py/deliveries.jsonl"
    assert json.loads(log.read_text().splitlines()[0])["folders"] == ["Hello"]


def test_many_messages_of_a_user_use_one_process(home: Home, server: Server) -> None:
    for _ in range(5):
        assert home.deliver().returncode == 0
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    assert len(home.files()) == 5
    assert len(children.split()) <= 2, "the first compiles the rules and ends"


def test_changed_rules_hold_for_the_next_message(home: Home, server: Server) -> None:
    for _ in range(3):
        assert home.deliver().returncode == 0
    rules = home.path / ".config/maildrop-py/rules.yaml"
    rules.write_text(RULES.replace("file: Hello", "file: Changed"))
    assert home.deliver().returncode == 0
    assert (len(home.files()), len(home.files(".Changed"))) == (3, 1)


def test_a_rejection_is_told_to_the_mail_server(home: Home, server: Server) -> None:
    done = home.deliver(b"Subject: no\n\n")
    assert (done.returncode, done.stderr) == (77, b"5.7.1 not here\n")


def test_a_failure_is_told_to_the_mail_server(home: Home, server: Server) -> None:
    shutil.rmtree(home.path / "Maildir")
    done = home.deliver()
    assert done.returncode == 75
    assert done.stderr.startswith(b"4.3.0 ")


def test_where_the_users_limit_is_reached_the_hook_is_on_its_own(folder: Path, home: Home) -> None:
    server = Server(folder, 1000, 2)
    slow = [home.start(b"Subject: slow\n\n") for _ in range(2)]
    wait_until(lambda: len(running_programs(server)) == 2, "both are being delivered")
    done = home.deliver()
    assert done.stderr == b"4.3.0 maildrop-py-deliver: maildrop-py could not be run\n"
    server.says(f"2 deliveries of uid {home.uid} are under way")
    kill_all(server)
    for running in slow:
        running.communicate()
    server.stop()


def test_a_process_that_is_killed_defers_the_message(home: Home, server: Server) -> None:
    running = home.start(b"Subject: slow\n\n")
    wait_until(lambda: running_programs(server), "it has the message, and waits for the program")
    kill_all(server)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 75
    assert b"the server took the message and did not answer" in errors
    assert home.deliver().returncode == 0, "the server goes on"


def test_it_delivers_for_nobody_below_the_lowest_uid(folder: Path, home: Home) -> None:
    if os.geteuid():
        pytest.skip("needs root to serve other users")
    server = Server(folder, UID + 1)
    assert home.deliver().returncode == 75
    server.says(f"refused to uid {UID}")
    server.stop()


def test_root_is_not_delivered_for(folder: Path, home: Home) -> None:
    if os.geteuid():
        pytest.skip("needs root")
    server = Server(folder)
    with server.connect() as client:
        client.send(REQUEST)
        with suppress(ConnectionResetError):
            assert client.recv(1) == b""
    server.says("refused to uid 0")
    server.stop()


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"maildrop-py 2\0", b"maildrop-py 1\0C/\0", REQUEST + b"Xy\0", REQUEST + b"Ex\0"],
)
def test_garbage_is_no_request(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not|unpack"):
        read_request(data)


def test_a_request_is_read() -> None:
    request = read_request(REQUEST + b"A-a\0A\0EHOME=/x=y\0E\xc3\xa9=\xff\0")
    assert request.directory == "/"
    assert request.arguments == ["-a", ""]
    assert request.environ == {"HOME": "/x=y", "é": "\udcff"}


@pytest.mark.parametrize("data", [b"garbage", REQUEST, b"x" * 70_000])
def test_a_hostile_peer_is_let_go_and_others_are_served(
    home: Home, server: Server, data: bytes
) -> None:
    script = f"import os; os.setgid({UID}); os.setuid({UID})\n" if not os.geteuid() else ""
    script += (
        "import socket\n"
        "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
        f"s.settimeout(20); s.connect({str(server.socket)!r}); s.send({data!r})\n"
        "assert s.recv(1) == b''\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert home.deliver().returncode == 0
