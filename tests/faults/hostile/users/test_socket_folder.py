"""Root makes a socket in a folder that a hostile user owns and changes all the time.

Whatever the user puts there at whatever moment, nothing outside the folder gets another
owner, another mode or another content, and root's socket is not made anywhere else.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.server import unix_socket
from tests.faults.hostile.users.attacks import EVE
from tests.faults.hostile.users.shared_server import needs_root

pytestmark = pytest.mark.skipif(needs_root(), reason="needs root, to make sockets as root")

ATTEMPTS = 1500


@contextmanager
def swapping(folder: Path, victim: Path) -> Iterator[None]:
    """A process of the hostile user that replaces what it finds by links to `victim`."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(EVE)
            os.setuid(EVE)
            _swap_for_ever(str(folder), str(victim))
        finally:
            os._exit(0)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _swap_for_ever(folder: str, victim: str) -> None:
    number = 0
    while True:
        for name in os.listdir(folder):
            if name.startswith("moved"):
                continue
            number += 1
            with suppress(OSError):
                os.rename(f"{folder}/{name}", f"{folder}/moved{number}")
                os.symlink(victim, f"{folder}/{name}")
            with suppress(OSError):
                os.unlink(f"{folder}/{name}")


def seen(victim: Path) -> list[tuple[str, int, int, int]]:
    """Everything in `victim`: name, owner, mode and size; the folder itself first."""
    return [
        (path.name, found.st_uid, stat.S_IMODE(found.st_mode), found.st_size)
        for path in (victim, *sorted(victim.iterdir()))
        for found in [path.lstat()]
    ]


def test_nothing_outside_the_folder_is_changed(place: Path) -> None:
    victim, folder = place / "victim", place / "eves"
    for path in (victim, folder):
        path.mkdir()
        path.chmod(0o755)
    os.chown(folder, EVE, EVE)
    (victim / unix_socket.NAME).write_text("root's")
    (victim / unix_socket.NAME).chmod(0o600)
    before, made = seen(victim), 0
    with swapping(folder, victim):
        for number in range(ATTEMPTS):
            with suppress(OSError, UsageError):
                path = str(folder / f"lmtp{number % 3}")
                unix_socket.listen(path, 0o666, uid=EVE).close()
                made += 1
    assert seen(victim) == before
    assert made, "now and then nobody was in the way"
