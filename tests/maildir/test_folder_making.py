"""Folders that are made when a delivery finds them missing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from maildrop_py.maildir.maildir import Maildir
from tests.support.delivering import mode, visible
from tests.support.maildirs import written


@pytest.fixture
def odd_umask() -> object:
    old = os.umask(0o777)
    yield
    os.umask(old)


def test_missing_directories_are_made_on_demand(root: Path) -> None:
    written(Maildir(str(root)).folder("INBOX"))
    assert sorted(os.listdir(root)) == ["cur", "new", "tmp"]


def test_subfolder_of_maildir_plus_plus_is_marked_as_one(root: Path) -> None:
    written(Maildir(str(root)).folder("A/B"))
    assert sorted(os.listdir(root / ".A.B")) == ["cur", "maildirfolder", "new", "tmp"]
    assert sorted(os.listdir(root)) == [".A.B"]


def test_levels_of_fs_are_directories(root: Path) -> None:
    written(Maildir(str(root), "fs").folder("A/B"))
    assert sorted(os.listdir(root / "A")) == ["B"]
    assert sorted(os.listdir(root / "A" / "B")) == ["cur", "new", "tmp"]


def test_modes_do_not_depend_on_the_umask(root: Path, odd_umask: object) -> None:
    draft = written(Maildir(str(root)).folder("A"))
    path = Path(draft.publish("S"))
    directories = [root / ".A", *(root / ".A" / part for part in ("cur", "new", "tmp"))]
    assert {mode(directory) for directory in directories} == {0o700}
    assert mode(path) == 0o600


def test_missing_root_is_not_made_unasked(tmp_path: Path) -> None:
    """The home may not be mounted."""
    root = tmp_path / "absent"
    with pytest.raises(FileNotFoundError):
        written(Maildir(str(root)).folder("INBOX"))
    assert not root.exists()


@pytest.mark.parametrize("name", ["INBOX", "A/B"])
def test_root_is_made_when_asked(tmp_path: Path, name: str) -> None:
    root = tmp_path / "Maildir"
    written(Maildir(str(root), create=True).folder(name))
    assert {"cur", "new", "tmp"} <= set(os.listdir(root))
    assert mode(root) == 0o700


def test_folder_that_is_half_there_is_completed(root: Path) -> None:
    """Another maker died between its steps."""
    (root / ".A" / "tmp").mkdir(parents=True)
    written(Maildir(str(root)).folder("A")).publish("S")
    assert (root / ".A" / "maildirfolder").is_file() and (root / ".A" / "cur").is_dir()


def test_file_instead_of_a_folder_is_an_error_and_stays(root: Path) -> None:
    (root / ".A").write_text("mine")
    with pytest.raises(NotADirectoryError):
        written(Maildir(str(root)).folder("A"))
    assert (root / ".A").read_text() == "mine"


def test_many_makers_of_one_folder_do_no_harm(root: Path) -> None:
    gate, errors = threading.Barrier(8), []

    def make() -> None:
        try:
            gate.wait()
            written(Maildir(str(root)).folder("A/B/C")).publish("")
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and len(visible(root)) == 8
