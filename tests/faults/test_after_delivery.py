"""What comes after a delivery fails: the log, the store, what is learnt.

The message is there already: the mail server hears "delivered", or it would come twice, and
somebody is told what was not remembered. `deliver` says it to syslog and to its log (a word on
standard error would be a failure to some mail servers), `serve` to its own log too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.report.delivery_log import after_delivery
from tests.faults import strace
from tests.serve.conftest import Server, mail, server
from tests.support.cli_account import MESSAGE, Account
from tests.support.waiting import wait_until

__all__ = ["server"]  # a fixture

ONCE = """\
rules:
  - {name: seen before, when: {duplicate: true}, then: {discard: true}}
  - {name: all, then: {file: INBOX}}
"""
TAUGHT = "rules: [{name: all, then: {file: INBOX, learn: spam}}]"
WITH_SYSLOG = """\
import sys, syslog
said = open(sys.argv.pop(1), "a")
syslog.syslog = lambda priority, line: print(line, file=said, flush=True)
from maildrop_py.report import system_log
system_log.is_there = lambda: True
from maildrop_py.cli.deliver import run
sys.exit(run(sys.argv[1:]))
"""
"""`deliver`, with a file in the place of syslog."""


def in_the_way(store: Path) -> None:
    """A directory."""
    store.mkdir(parents=True)


def spoilt(store: Path) -> None:
    """No database."""
    store.parent.mkdir(parents=True, mode=0o700)
    store.write_bytes(b"no database" * 500)
    store.chmod(0o600)


def gone(store: Path) -> None:
    """It has no directory, nor can one be made."""
    store.parent.parent.mkdir(parents=True)
    store.parent.write_text("no directory")


@pytest.fixture
def account(tmp_path: Path) -> Account:
    account = Account(tmp_path / "home")
    account.maildir.mkdir(mode=0o700)
    return account


def delivered(account: Account, *options: str, under: tuple[str, ...] = ()) -> str:
    """One message is delivered, once and in silence; what syslog was told."""
    said = account.home / "syslog"
    command = [*under, sys.executable, "-c", WITH_SYSLOG, str(said), *options]
    ran = subprocess.run(
        command,
        input=MESSAGE,
        capture_output=True,
        check=False,
        env={"HOME": str(account.home), "PATH": os.environ["PATH"]},
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert len(account.files()) == 1
    assert list(account.maildir.glob("tmp/*")) == []
    return said.read_text()


@pytest.mark.parametrize(("log", "why"), [("/dev/full", "No space left"), ("no/file", "Not a")])
def test_a_log_that_takes_no_line_is_told_of(account: Account, log: str, why: str) -> None:
    (account.home / "no").write_text("")
    said = delivered(account, "--log", str(account.home / log))
    assert f"delivery log {account.home / log}: {why}" in said
    assert 'delivered rule="hello"' in said


STORES = {"evidence.sqlite": ONCE, "bayes.sqlite": TAUGHT}


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("spoil", [in_the_way, spoilt, gone])
def test_a_store_that_cannot_be_used_is_told_of(
    account: Account, store: str, spoil: Callable[[Path], None]
) -> None:
    account.rules.write_text(STORES[store])
    spoil(account.home / ".local/state/maildrop-py" / store)
    assert f"{store} is " in delivered(account)


@pytest.mark.skipif(not strace.works(), reason="needs strace")
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_store_without_room_is_told_of(account: Account, store: str, error: str) -> None:
    account.rules.write_text(STORES[store])
    inject = ("-e", "trace=pwrite64", "-e", f"inject=pwrite64:error={error}")  # as SQLite writes
    said = delivered(account, under=("strace", "-f", "-o", "/dev/null", *inject))
    assert f"{store} is not used: " in said


@pytest.mark.parametrize("error", [ValueError("x"), MemoryError()])
def test_whatever_is_raised_is_a_warning(error: Exception) -> None:
    told: list[str] = []

    def fails(argument: int) -> None:
        raise error

    after_delivery("not remembered", told.append, fails, 1)
    assert told == [f"delivered, but not remembered: {type(error).__name__}: {error}"]


@pytest.mark.parametrize("store", STORES)
def test_a_server_answers_delivered_and_says_what_it_does_not_remember(
    server: Server, store: str
) -> None:
    server.write_rules(STORES[store])
    gone(server.folder / "state/anna" / store)
    server.start("--log-to=stderr", "--log=/dev/full")
    told = server.hand_over(mail("x"), "anna@example.org")
    assert told == ["250 2.0.0 <anna@example.org> delivered"]
    assert len(server.files("anna")) == 1
    wait_until(lambda: "delivery log /dev/full: No space left" in server.errors)
    wait_until(lambda: f"{store} is not used: Not a directory" in server.errors)
