"""Fixtures: a Postfix, an account, an installed program and a Dovecot, all private.

The servers live for the whole session, accounts and Dovecots for one test.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from .account import Account
from .dovecot import Dovecot
from .hooks import HOOKS, Hook
from .other_servers import SERVERS as OTHER_SERVERS
from .other_servers import Unpacked
from .overlaid import unpack
from .postfix import Postfix
from .program import Program
from .requirements import need

MakeDovecot = Callable[..., Dovecot]
SERVERS = pytest.StashKey[list[Postfix | Dovecot]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the end of what its servers logged."""
    report = yield
    if report.failed:
        for server in item.stash.get(SERVERS, []):
            report.sections.append((f"log of {type(server).__name__}", server.log()[-6000:]))
    return report


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A folder that every user may enter (pytest's own is closed to all but root)."""
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def program(place: Path) -> Program:
    """maildrop-py in a virtual environment of its own, for any user to run."""
    need("useradd")
    program = Program(place / "venv")
    program.install()
    return program


@pytest.fixture(scope="session")
def postfix_instance(place: Path) -> Iterator[Postfix]:
    """One private Postfix for all tests; take `postfix` in a test."""
    need("postfix")
    postfix = Postfix(place / "postfix")
    postfix.start()
    yield postfix
    postfix.stop()


@pytest.fixture
def postfix(postfix_instance: Postfix, request: pytest.FixtureRequest) -> Iterator[Postfix]:
    """The running Postfix, its queue empty before and after each test."""
    postfix_instance.empty()
    request.node.stash.setdefault(SERVERS, []).append(postfix_instance)
    yield postfix_instance
    postfix_instance.empty()


@pytest.fixture
def account(place: Path) -> Iterator[Account]:
    """A new ordinary user with an empty home."""
    need("useradd")
    homes = place / "home"
    homes.mkdir(exist_ok=True)
    account = Account(homes)
    account.create()
    yield account
    account.remove()


@pytest.fixture(params=HOOKS, ids=[hook.name for hook in HOOKS])
def hook(
    request: pytest.FixtureRequest, postfix: Postfix, account: Account, program: Program
) -> Hook:
    """Mail for the account goes through the program, by each of the three ways."""
    made: Hook = request.param(postfix, account, program)
    made.install()
    return made


@pytest.fixture
def dovecot(place: Path, account: Account, request: pytest.FixtureRequest) -> Iterator[MakeDovecot]:
    """Starts a Dovecot over the account's Maildir: `dovecot()` or `dovecot(location)`."""
    need("dovecot")
    started: list[Dovecot] = []

    def start(location: str = "maildir:~/Maildir") -> Dovecot:
        server = Dovecot(place / f"dovecot-{account.name}-{len(started)}", account, location)
        started.append(server)
        server.start()
        request.node.stash.setdefault(SERVERS, []).append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session", params=OTHER_SERVERS)
def unpacked(request: pytest.FixtureRequest, place: Path) -> Unpacked:
    """The package of Exim or OpenSMTPD, downloaded once."""
    package, kind = OTHER_SERVERS[request.param]
    root = unpack(place / f"unpacked-{request.param}", package)
    if root is None:
        pytest.skip(f"cannot download the Debian package {package}")
    return Unpacked(request.param, kind, root)
