"""Garbage in tmp/ goes after 36 hours; nothing else does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from maildrop_py.maildir.sweep import GARBAGE_AGE, sweep


def test_only_files_older_than_36_hours_go(root: Path) -> None:
    (root / "tmp" / "directory").mkdir(parents=True)
    (root / "tmp" / "file").write_text("x")
    (root / "tmp" / "link").symlink_to(root / "tmp" / "file")
    assert GARBAGE_AGE == 36 * 3600
    assert sweep(str(root), time.time() + GARBAGE_AGE - 60) == 0
    assert sweep(str(root), time.time() + GARBAGE_AGE + 60) == 1
    assert not (root / "tmp" / "file").exists() and (root / "tmp" / "link").is_symlink()


def test_old_mtime_alone_is_not_a_reason(root: Path) -> None:
    """A message that is being moved keeps its mtime."""
    (root / "tmp").mkdir()
    (root / "tmp" / "file").write_text("x")
    os.utime(root / "tmp" / "file", (0, 0))
    assert sweep(str(root)) == 0


def test_what_cannot_be_removed_is_not_counted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "tmp").mkdir()
    (root / "tmp" / "file").write_text("x")
    later = time.time() + GARBAGE_AGE + 60
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", _refuse)
        assert sweep(str(root), later) == 0
    assert sweep(str(root), later) == 1


def _refuse(path: str) -> None:
    raise PermissionError(path)


def test_missing_folder_is_not_an_error(root: Path) -> None:
    assert sweep(str(root / "absent")) == 0
