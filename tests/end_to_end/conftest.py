"""Fixtures: a Postfix, an account, an installed program and a Dovecot, all private.

The servers live for the whole session, accounts and Dovecots for one test.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.dovecot import Dovecot
from tests.support.end_to_end.examples import example, parameters
from tests.support.end_to_end.hooks import HOOKS, Hook
from tests.support.end_to_end.other_servers import OTHER_SERVERS, Unpacked
from tests.support.end_to_end.overlaid import unpack
from tests.support.end_to_end.postfix import Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.requirements import need
from tests.support.end_to_end.scratch_root import ScratchRoot, archive, built_package
from tests.support.end_to_end.service import Service
from tests.support.end_to_end.serving import Site, SystemUsers, VirtualUsers, for_postfix

MakeDovecot = Callable[..., Dovecot]
SERVERS = pytest.StashKey[list[Postfix | Dovecot | Service]]()


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


@pytest.fixture(scope="session")
def lmtp_postfix_instance(place: Path) -> Iterator[Postfix]:
    """Another one, set up for `serve`; take `lmtp_postfix` in a test."""
    need("postfix")
    postfix = Postfix(place / "postfix-lmtp")
    postfix.start()
    for file in ("lmtp-system.cf", "lmtp-virtual.cf"):
        postfix.set(**parameters(example(f"postfix/{file}")))
    postfix.set(address_verify_poll_delay="1s")  # a test has no time for three
    yield postfix
    postfix.stop()


@pytest.fixture
def lmtp_postfix(
    lmtp_postfix_instance: Postfix, request: pytest.FixtureRequest
) -> Iterator[Postfix]:
    """The running Postfix that hands mail to `serve`, its queue empty before and after."""
    lmtp_postfix_instance.empty()
    request.node.stash.setdefault(SERVERS, []).append(lmtp_postfix_instance)
    yield lmtp_postfix_instance
    lmtp_postfix_instance.empty()


@pytest.fixture
def make_account(place: Path) -> Iterator[Callable[[], Account]]:
    """Makes ordinary users with empty homes."""
    need("useradd")
    homes = place / "home"
    homes.mkdir(exist_ok=True)
    made: list[Account] = []

    def make() -> Account:
        made.append(Account(homes))
        made[-1].create()
        return made[-1]

    yield make
    for account in made:
        account.remove()


@pytest.fixture
def account(make_account: Callable[[], Account]) -> Account:
    """A new ordinary user with an empty home."""
    return make_account()


@pytest.fixture(params=["virtual", "system"])
def site(
    request: pytest.FixtureRequest,
    lmtp_postfix: Postfix,
    make_account: Callable[[], Account],
    program: Program,
) -> Iterator[Site]:
    """`serve` behind that Postfix, for users of the one kind and of the other."""
    listener = for_postfix(lmtp_postfix)
    if request.param == "virtual":
        site: Site = VirtualUsers(make_account(), program, listener)
    else:
        site = SystemUsers(make_account(), make_account(), program, listener)
    request.node.stash.setdefault(SERVERS, []).append(site.service)
    try:
        site.service.start()
        yield site
    finally:
        site.service.end()


@pytest.fixture(params=HOOKS, ids=[hook.name for hook in HOOKS])
def hook(
    request: pytest.FixtureRequest, postfix: Postfix, account: Account, program: Program
) -> Hook:
    """Mail for the account goes through the program, by each of the ways."""
    made: Hook = request.param(postfix, account, program)
    made.install()
    return made


@pytest.fixture
def dovecot(place: Path, account: Account, request: pytest.FixtureRequest) -> Iterator[MakeDovecot]:
    """Starts a Dovecot over the account's Maildir: `dovecot()` or `dovecot(location)`."""
    need("dovecot")
    started: list[Dovecot] = []

    def start(location: str = "maildir:~/Maildir", more: str = "") -> Dovecot:
        folder = place / f"dovecot-{account.name}-{len(started)}"
        server = Dovecot(folder, account, location, more)
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


@pytest.fixture(scope="session")
def debian_package(place: Path) -> Path:
    """The .deb, built here for this Debian; or $DEBIAN_PACKAGE."""
    given = os.environ.get("DEBIAN_PACKAGE")
    return Path(given) if given else built_package(place / "debian-package")


@pytest.fixture(scope="module")
def new_debian(place: Path, request: pytest.FixtureRequest) -> Iterator[ScratchRoot]:
    """A new Debian, of this release or of $DEBIAN_SUITE, with a user, bert, and no mail server.

    Each file of tests has one of its own: what one installs and sets, another must not find.
    """
    suite, site = archive()
    name = request.module.__name__.rpartition(".")[2]
    made = ScratchRoot(place / name, os.environ.get("DEBIAN_SUITE", suite), site)
    made.run("useradd", "--create-home", "bert")
    yield made
    made.close()
