"""Caches are replaced in one step, and neither failures nor dead writers leave anything."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py import private_file as replacing
from maildrop_py.private_file import read_private, replace_file


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


NOBODY = 65534


def mode(number: int) -> Callable[[Path], object]:
    return lambda path: path.chmod(number)


def given_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(path, NOBODY, NOBODY)


def behind_a_link(path: Path) -> None:
    path.symlink_to(path.rename(path.with_name("elsewhere")))


@pytest.mark.parametrize(
    "make_wrong",
    [
        mode(0o622),
        mode(0o620),
        given_away,
        behind_a_link,
        lambda path: path.parent.chmod(0o777),
        lambda path: path.parent.chmod(0o1777),
        lambda path: path.parent.parent.chmod(0o777),
        lambda path: given_away(path.parent),
        lambda path: given_away(path.parent.parent),
    ],
)
def test_what_others_may_have_put_there_is_not_read(
    tmp_path: Path, make_wrong: Callable[[Path], object]
) -> None:
    path = tmp_path / "home/cache/file"
    replace_file(str(path), b"ours")
    assert read_private(str(path)) == b"ours"
    make_wrong(path)
    assert read_private(str(path)) == b""


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cache")
    assert read_private(str(tmp_path / "cache")) == b""


def test_root_follows_no_link_of_a_user(tmp_path: Path) -> None:
    """HOME of a user, started by root: a link there could lead to any directory of root's."""
    home, roots = tmp_path / "home", tmp_path / "roots"
    for directory in (home, roots):
        directory.mkdir()
    (home / "cache").symlink_to(roots)
    given_away(home)
    os.chown(home / "cache", NOBODY, NOBODY, follow_symlinks=False)
    for path in (home / "cache/file", home / "cache/deeper/file", home / "new/file"):
        with pytest.raises(PermissionError, match="belongs to another user"):
            replace_file(str(path), b"x")
    (roots / "file").write_text("root's own")
    assert read_private(str(home / "cache/file")) == b""
    assert [path.name for path in roots.iterdir()] == ["file"]
    assert [path.name for path in home.iterdir()] == ["cache"]


def test_links_of_our_own_may_lead_to_another_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "cache").symlink_to(tmp_path / "disk")
    replace_file(str(tmp_path / "cache/maildrop-py/file"), b"ours")
    assert read_private(str(tmp_path / "cache/maildrop-py/file")) == b"ours"
