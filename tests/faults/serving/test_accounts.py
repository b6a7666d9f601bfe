"""Nobody is unknown because something failed while he was looked up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.requirements import need
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server, attached

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to make an account"),
    pytest.mark.usefixtures("tracing"),
]
CALLS = ("openat", "read", "newfstatat")
ERRORS = ("EMFILE", "EIO", "ENOMEM")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A user of the system, whose home nobody but root can come to."""
    need("useradd")
    account = Account(tmp_path_factory.mktemp("homes"))
    account.create()
    yield account
    account.remove()


@pytest.mark.parametrize("call", CALLS)
def test_an_account_that_cannot_be_looked_up_is_tried_again(
    call: str, account: Account, command: Path, place: Path
) -> None:
    """Its calls fail once, or from then on; nobody is called unknown."""
    numbers = iter(range(100))
    options = [str(command), "serve", "--users", "system", "--log", "none"]
    with Server(options, place, as_root=True) as server:
        for inject in [f"{e}:when={n}" for e in ERRORS for n in ("1", "2", "3", "1+")]:
            strace = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}"]
            strace += ["-e", f"inject={call}:error={inject}"]
            address = f"{account.name}+{next(numbers)}@x"  # one is remembered for a while
            with attached(strace, server.children[:1]):
                answers = hand_over(server.socket, b"Subject: x\n\n", [address])  # or raises Wrong
            assert answers[address] is Answer.DEFERRED
