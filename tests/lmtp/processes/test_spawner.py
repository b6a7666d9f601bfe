"""A recipient process is its user, alone, and has nothing that was root's."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator

import pytest

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.privileges import (
    Credentials,
    become,
    credentials_named,
    credentials_of,
    unused_credentials,
)
from maildrop_py.lmtp.processes.recipient_processes import NOT_STARTED
from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from tests.support.lmtp.spawning import SpawnerAndWorker

if os.geteuid() != 0:
    pytest.skip("needs root: it becomes other users", allow_module_level=True)

ONE, TWO, THREE = 54321, 54322, 54323  # nobody has these ids
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def worker() -> Iterator[SpawnerAndWorker]:
    limits = ResourceLimits(memory=512 * MIB, processor=60, processes=100)
    one = SpawnerAndWorker(resources=limits, refused=(TWO,))
    yield one
    one.close()


def test_it_is_its_user_and_nobody_else(worker: SpawnerAndWorker) -> None:
    (seen,) = worker.ask((ONE, "hello"))
    assert seen["uids"] == [ONE] * 3
    assert seen["gids"] == [ONE] * 3
    assert seen["groups"] == [ONE]
    assert seen["text"] == ["the message"]
    assert seen["signals"]
    assert worker.ask((ONE, "root")) == ["never again"]


def test_it_has_a_session_of_its_own_and_nothing_of_root_s(worker: SpawnerAndWorker) -> None:
    (seen,) = worker.ask((ONE, "hello"))
    assert seen["session"] == seen["pid"]
    assert seen["directory"] == "/"
    assert set(seen["environment"]) <= {"PATH", "LANG", "LC_ALL", "TZ", "LC_CTYPE"}
    # /dev/null three times, its channel, the message, and the listing of these
    others = [name for name in seen["open"] if name not in ("/dev/null", "socket")]
    assert all(name.startswith(("/tmp/", "/var/tmp/", "/proc/", "the ")) for name in others)


def test_it_cannot_reach_the_terminal_that_root_has() -> None:
    """A program could type into it (TIOCSTI), as root."""
    pid, terminal = pty.fork()
    if pid == 0:
        worker = SpawnerAndWorker()
        (seen,) = worker.ask((ONE, "hello"))
        worker.close()
        os._exit(int(seen["terminal"]))
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0


def test_it_has_hard_limits(worker: SpawnerAndWorker) -> None:
    (seen,) = worker.ask((ONE, "hello"))
    assert seen["memory"] == [512 * MIB] * 2
    assert seen["processor"] == [60] * 2
    assert seen["processes"] == [100] * 2


def test_root_system_accounts_and_the_workers_own_get_none(worker: SpawnerAndWorker) -> None:
    assert worker.ask((0, "hello")) == [NOT_STARTED]
    assert worker.ask((credentials_named("daemon").uid, "hello")) == [NOT_STARTED]
    assert worker.ask((TWO, "hello")) == [NOT_STARTED]


def test_becoming_somebody_is_irrevocable_and_nobody_becomes_root() -> None:
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


def test_an_account_s_group_is_its_own_whatever_is_asked_for() -> None:
    nobody = credentials_named("nobody")
    assert credentials_of(nobody.uid, 42).gid == nobody.gid


def test_workers_get_a_uid_that_nobody_has() -> None:
    import grp
    import pwd

    found = unused_credentials()
    assert found.uid not in {account.pw_uid for account in pwd.getpwall()}
    assert found.gid not in {group.gr_gid for group in grp.getgrall()}
