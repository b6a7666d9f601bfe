"""Caches are replaced in one step, and neither failures nor dead writers leave anything."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from maildrop_py import private_file as replacing
from maildrop_py.private_file import replace_file


def test_the_file_is_replaced_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    for data in (b"one", b"two"):
        replace_file(str(path), data)
        assert path.read_bytes() == data
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_at_work_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / "cache.new").write_text("half")
    replace_file(str(tmp_path / "cache"), b"ours")
    assert not (tmp_path / "cache").exists()


def test_what_a_dead_writer_left_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache.new").write_text("half")
    monkeypatch.setattr(replacing, "STALE", -1)
    replace_file(str(tmp_path / "cache"), b"ours")
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(old: str, new: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(str(tmp_path / "cache"), b"ours")
    assert list(tmp_path.iterdir()) == []


def test_a_symbolic_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "cache.new").symlink_to(tmp_path / "precious")
    replace_file(str(tmp_path / "cache"), b"ours")
    assert (tmp_path / "precious").read_text() == "mine"
