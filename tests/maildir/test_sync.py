"""Directories whose entries are made durable."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.maildir import sync


def test_directories_that_cannot_be_synced_are_not_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CIFS and some FUSE file systems say EINVAL; EIO, however, is one."""

    def failing(number: int) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            raise OSError(number, "no")

        return fsync

    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL))
    sync.sync_directory(str(root))
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match="no"):
        sync.sync_directory(str(root))


def test_each_directory_is_synced_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(sync, "sync_directory", synced.append)
    sync.sync_directories(["a", "b", "a"])
    assert synced == ["a", "b"]
