"""The native hook's door of a server that root started: what a user's process has of others."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from tests.faults.hostile.users.attacks import ANNA, EVE
from tests.faults.hostile.users.shared_server import SharedServer, needs_root
from tests.support.end_to_end.smtp import free_port
from tests.support.serving.server import Server
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(needs_root(), reason="needs root, to start a server as root")


@pytest.fixture
def shared(place: Path) -> Iterator[SharedServer]:
    (place / "shared").mkdir()
    (place / "shared").chmod(0o755)
    yield SharedServer(place / "shared")


def test_a_users_process_has_nothing_of_the_server(command: Path, shared: SharedServer) -> None:
    """It is forked from root's: no way to the spawner, no other socket, no shared memory.

    Nor has it the way to another user's process, which would deliver for it.
    """
    door = shared.place / "deliver"
    shared.give_away()
    metrics = f"--metrics=127.0.0.1:{free_port()}"
    options = [f"--users={shared.place / 'users'}", f"--hand-over={door}", metrics]
    with Server([str(command), "serve", *options], shared.place, as_root=True):
        wait_until(door.exists, "the hook's socket")
        with connected(door, ANNA), connected(door, EVE):
            process = process_of(EVE)
            sockets = sockets_of(process)
            assert sockets, "the way to the process that forked it"
            assert not sockets & set().union(*map(sockets_of, others(process)))
            assert shared_memory(process) == []
            assert str(ResourceLimits().processor) in limit_of(process, "Max cpu time")


@contextmanager
def connected(door: Path, uid: int) -> Iterator[None]:
    """A hook of this user that has connected, and whose process is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        os.setegid(uid)
        os.seteuid(uid)
        try:
            client.connect(str(door))
        finally:
            os.seteuid(0)
            os.setegid(0)
        wait_until(lambda: process_of(uid), "the user's process")
        yield


def process_of(uid: int) -> int:
    """The id of a process of this user; 0 if there is none."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                status = (entry / "status").read_text()
                if f"Uid:\t{uid}\t{uid}\t{uid}" in status:
                    return int(entry.name)
        except OSError:
            continue
    return 0


def sockets_of(process: int) -> set[str]:
    """The sockets among its descriptors, each by its number."""
    try:
        files = [os.readlink(entry) for entry in Path(f"/proc/{process}/fd").iterdir()]
    except OSError:
        return set()  # it has ended
    return {it for it in files if it.startswith("socket:")}


def others(process: int) -> list[int]:
    """All other processes of this machine."""
    return [int(it) for it in os.listdir("/proc") if it.isdigit() and int(it) != process]


def shared_memory(process: int) -> list[str]:
    """What of its memory is writable and shared with others."""
    lines = Path(f"/proc/{process}/maps").read_text().splitlines()
    return [line for line in lines if line.split()[1].startswith("rw-s")]


def limit_of(process: int, name: str) -> list[str]:
    """The limits of one kind, soft and hard, in the kernel's words."""
    lines = Path(f"/proc/{process}/limits").read_text().splitlines()
    return next(line for line in lines if line.startswith(name)).removeprefix(name).split()
