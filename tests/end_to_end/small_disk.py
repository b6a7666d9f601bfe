"""small_disk: a folder that is a small file system of its own, which may get full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .account import Account
from .requirements import need

SMALL = 256 * 1024  # bytes on the disk that gets full


@contextmanager
def mounted(account: Account, place: Path) -> Iterator[None]:
    """A folder of the account is a small file system of its own."""
    need("mount")
    uid, gid = account.ids
    account.folder(place)
    options = f"size={SMALL},uid={uid},gid={gid},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


@contextmanager
def full(place: Path) -> Iterator[None]:
    """That file system has not a byte left, for a while."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()
