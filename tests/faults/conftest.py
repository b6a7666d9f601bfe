"""Fixtures of the proofs: the program to break, and what the machine must have for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import snapshot, strace


@pytest.fixture(scope="session")
def command() -> Iterator[Path]:
    """The command of a copy of the program."""
    with snapshot.open_folder() as folder:
        yield snapshot.install(folder)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the users of a server may enter."""
    with snapshot.open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def tracing() -> None:
    """Skips, or in CI fails, where calls cannot be made to fail."""
    if not strace.works():
        reason = "needs strace, and the right to trace (Debian package strace)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
