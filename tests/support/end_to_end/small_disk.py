"""small_disk: a folder that is a small file system of its own, which may get full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.requirements import need

SMALL = "256k"


@contextmanager
def mounted(account: Account, place: Path, size: str = SMALL) -> Iterator[None]:
    """A folder of the account is a small file system of its own; `size` as mount(8) has it."""
    need("mount")
    uid, gid = account.ids
    account.folder(place)
    options = f"size={size},uid={uid},gid={gid},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def enlarge(place: Path) -> None:
    """Make room in that file system."""
    subprocess.run(["mount", "-o", "remount,size=8m", place], check=True)


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
