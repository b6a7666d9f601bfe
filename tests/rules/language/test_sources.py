"""Files that rules are made from: stamped, and refused where others may change them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.rules.language.sources import Sources, UntrustedFile
from maildrop_py.rules.language.stamps import stamp, unchanged

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text("rules: []\n")
    path.chmod(0o644)
    return path


def test_a_file_is_read_and_stamped(rules: Path) -> None:
    sources = Sources()
    assert sources.read(str(rules)) == "rules: []\n"
    assert sources.stamps == (stamp(str(rules)),)
    assert unchanged(sources.stamps)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("rules: {}\n"),
        lambda path: path.chmod(0o666),
        lambda path: path.unlink(),
        lambda path: os.replace(path.with_name("other"), path),
        lambda path: os.utime(path, (1, 1)),
    ],
    ids=["written", "chmod", "deleted", "replaced", "touched"],
)
def test_every_change_shows_in_the_stamp(rules: Path, change: Callable[[Path], object]) -> None:
    rules.with_name("other").write_text("rules: []\n")
    sources = Sources()
    sources.read(str(rules))
    change(rules)
    assert not unchanged(sources.stamps)


def test_a_file_that_was_missing_is_noticed_when_it_comes(tmp_path: Path) -> None:
    sources = Sources()
    with pytest.raises(FileNotFoundError):
        sources.read(str(tmp_path / "later"))
    assert unchanged(sources.stamps)
    (tmp_path / "later").write_text("")
    assert not unchanged(sources.stamps)


def test_a_folder_that_a_wildcard_looked_into_is_stamped(tmp_path: Path) -> None:
    sources = Sources()
    assert sources.matching(str(tmp_path / "*.yaml")) == []
    os.utime(tmp_path, (1, 1))  # whatever the clock's ticks: the next change shows
    sources = Sources()
    sources.matching(str(tmp_path / "*.yaml"))
    (tmp_path / "new.yaml").write_text("")
    assert not unchanged(sources.stamps)


def test_a_missing_folder_holds_nothing_and_is_stamped(tmp_path: Path) -> None:
    sources = Sources()
    assert sources.matching(str(tmp_path / "none" / "*.yaml")) == []
    (tmp_path / "none").mkdir()
    assert not unchanged(sources.stamps)


@pytest.mark.parametrize(
    ("mode", "said"), [(0o646, "it is writable for everybody"), (0o664, "it is writable for group")]
)
def test_files_that_others_may_write_to_are_refused(rules: Path, mode: int, said: str) -> None:
    os.chown(rules, -1, 12345) if os.geteuid() == 0 else None
    rules.chmod(mode)
    if os.geteuid() and mode & 0o020:
        pytest.skip("needs root to give the file to another group")
    with pytest.raises(UntrustedFile, match=said):
        Sources().read(str(rules))
    assert Sources(enforce_trust=False).read(str(rules))
    assert Sources().read(str(rules), ships_with_us=True)


def test_a_group_of_the_users_own_may_write(rules: Path) -> None:
    """Debian gives each user a group with the user's number and a umask of 002."""
    if rules.stat().st_gid != os.geteuid():
        pytest.skip("the user has no group of the same number")
    rules.chmod(0o664)
    assert Sources().read(str(rules))


def test_a_folder_that_others_may_write_to_is_refused(rules: Path) -> None:
    rules.parent.chmod(0o777)
    with pytest.raises(UntrustedFile, match="its folder is writable for everybody"):
        Sources().read(str(rules))
    rules.parent.chmod(0o1777)
    assert Sources().read(str(rules)), "a sticky folder lets nobody replace our files"


def test_it_is_the_file_behind_a_link_that_counts(rules: Path, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    real = loose / "real.yaml"
    real.write_text("rules: []\n")
    loose.chmod(0o777)
    link = rules.with_name("link.yaml")
    link.symlink_to(real)
    with pytest.raises(UntrustedFile, match="its folder"):
        Sources().read(str(link))


@as_root
def test_files_of_other_users_are_refused(rules: Path) -> None:
    os.chown(rules, 12345, -1)
    with pytest.raises(UntrustedFile, match=r"belongs to another user \(uid 12345\)"):
        Sources().read(str(rules))


@as_root
def test_folders_of_other_users_are_refused(rules: Path) -> None:
    os.chown(rules.parent, 12345, -1)
    with pytest.raises(UntrustedFile, match="its folder belongs to another user"):
        Sources().read(str(rules))


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UntrustedFile, match="not a regular file"):
        Sources().read(str(tmp_path / "fifo"))
    with pytest.raises(UntrustedFile, match="not a regular file"):
        Sources().read("/dev/zero")
