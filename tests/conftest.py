"""Fixtures that every test may use."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from maildrop_py.translation import choose
from tests.support.cli_account import Account
from tests.support.dns_server import DnsServer

settings.register_profile("patient", deadline=None)  # no test depends on the machine's speed
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent

# A shell that starts the tests behind its back has them, and all they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A command that a test calls may have chosen another language for the whole process."""
    yield
    choose("en")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of corpora, SPF suite and procmail oracle beside the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared (corpora, SPF suite, procmail oracle)")
    return folder


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    """A DNS server on loopback; give it records with `set_zone`."""
    server = DnsServer()
    yield server
    server.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty directory that is to be a Maildir."""
    folder = tmp_path / "Maildir"
    folder.mkdir(0o700)
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a tmpfs with the given options; skips where that is not allowed."""
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "maildrop-test", str(place)]
        if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("needs root's right to mount a tmpfs")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """A user with an empty Maildir and a few rules."""
    account = Account(tmp_path)
    account.maildir.mkdir()
    return account
