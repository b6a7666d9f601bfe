"""A Maildir is removed only without mail, whenever that comes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.maildir.maildir import Maildir
from maildrop_py.set_up import maildir_removal
from maildrop_py.set_up.maildir_removal import remove_empty_maildir


@pytest.fixture
def root(tmp_path: Path) -> Path:
    maildir = Maildir(str(tmp_path / "Maildir"), create=True)
    for name in ("INBOX", "Lists/dev"):
        maildir.folder(name).ensure()
    (tmp_path / "Maildir/dovecot.index.log").touch()
    return tmp_path / "Maildir"


def test_folders_without_mail_are_removed(root: Path) -> None:
    assert remove_empty_maildir(str(root)) == ""
    assert list(root.parent.iterdir()) == []


@pytest.mark.parametrize("place", ["cur/1:2,S", "new/1", "tmp/1", ".Lists.dev/cur/1", "notes.txt"])
def test_with_anything_in_it_all_of_it_stays(root: Path, place: str) -> None:
    (root / place).write_text("mail")
    before = sorted(root.rglob("*"))
    assert remove_empty_maildir(str(root)) != ""
    assert sorted(root.rglob("*")) == before and (root / place).read_text() == "mail"


@pytest.mark.parametrize("moment", ["looked", "renamed"])
def test_mail_that_comes_meanwhile_stays(
    root: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a delivery that has the directory open, whatever it is called now."""
    new = os.open(root / "new", os.O_RDONLY | os.O_DIRECTORY)
    remove = maildir_removal._remove

    def deliver_and_remove(path: str) -> None:
        assert not root.exists(), "whoever comes by the name fails, and tries again"
        os.close(os.open("1", os.O_WRONLY | os.O_CREAT, dir_fd=new))
        remove(path)

    if moment == "renamed":
        monkeypatch.setattr(maildir_removal, "_remove", deliver_and_remove)
    else:
        os.close(os.open("1", os.O_WRONLY | os.O_CREAT, dir_fd=new))
    assert remove_empty_maildir(str(root)) != ""
    assert (root / "new/1").exists() and (root / "cur").is_dir() and (root / "tmp").is_dir()
    os.close(new)
