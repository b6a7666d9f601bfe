"""Which directory a folder is, and who may write there."""

from __future__ import annotations

import os
from pathlib import Path
from unicodedata import normalize

import pytest

from maildrop_py.errors import StorageFailed
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.maildir.tmp_file import TmpFile
from tests.support.delivering import visible
from tests.support.maildirs import written


def test_a_folder_in_another_normal_form_is_the_same_folder(root: Path) -> None:
    """macOS writes é as two characters; a second folder that looks the same helps nobody."""
    old = Maildir(str(root)).folder("Cafe\u0301")
    old.ensure()
    assert Maildir(str(root)).folder("Caf\u00e9").path == old.path
    assert Maildir(str(root)).folder("Th\u00e9").path.endswith(".Th&AOk-")


def test_folder_that_is_a_link_inside_ones_own_maildir_works(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / ".A").symlink_to(elsewhere)
    path = written(Maildir(str(root)).folder("A")).publish("")
    assert Path(path).is_file() and len(visible(elsewhere)) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_does_not_write_into_a_users_maildir(root: Path) -> None:
    os.chown(root, 65534, 65534)
    with pytest.raises(StorageFailed):
        written(Maildir(str(root)).folder("INBOX"))
    with pytest.raises(StorageFailed):
        TmpFile(Maildir(str(root)).folder("INBOX")).create_linked(str(root))
    assert not os.listdir(root)


def test_a_folder_that_is_in_no_normal_form_has_the_name_given(tmp_path: Path) -> None:
    maildir = Maildir(str(tmp_path), "fs", "utf-8")
    for form in ("NFC", "NFD"):
        name = normalize(form, "Über")  # type: ignore[arg-type]
        assert maildir.folder(name).path == f"{tmp_path}/{name}"


def test_of_two_folders_that_look_the_same_the_one_named_is_taken(tmp_path: Path) -> None:
    maildir = Maildir(str(tmp_path), "fs", "utf-8")
    for form in ("NFC", "NFD"):
        (tmp_path / normalize(form, "Über")).mkdir()  # type: ignore[arg-type]
    assert maildir.folder(normalize("NFD", "Über")).path.endswith(normalize("NFD", "Über"))
    assert maildir.folder(normalize("NFC", "Über")).path.endswith(normalize("NFC", "Über"))
