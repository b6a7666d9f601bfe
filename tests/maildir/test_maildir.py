"""Folders made on demand, and the way of a file from tmp/ to new/ or cur/."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.errors import StorageFailed
from maildrop_py.maildir import sync, tmp_file
from maildrop_py.maildir.maildir import Folder, Maildir
from maildrop_py.maildir.tmp_file import TmpFile
from tests.support.delivering import leftovers, mode, visible


def written(folder: Folder, data: bytes = b"hello\n") -> TmpFile:
    draft = TmpFile(folder).create()
    draft.written.size, draft.written.wire_size = len(data), len(data) + 1
    draft.written.write(data)
    draft.written.sync()
    return draft


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


def test_a_folder_in_another_normal_form_is_the_same_folder(root: Path) -> None:
    """macOS writes é as two characters; a second folder that looks the same helps nobody."""
    old = Maildir(str(root)).folder("Cafe\u0301")
    old.ensure()
    assert Maildir(str(root)).folder("Caf\u00e9").path == old.path
    assert Maildir(str(root)).folder("Th\u00e9").path.endswith(".Th&AOk-")


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


def test_file_in_the_place_of_a_folder_is_an_error_and_stays(root: Path) -> None:
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


def test_message_without_flags_is_new_and_with_flags_current(root: Path) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    new, current = (Path(written(folder).publish(flags)) for flags in ("", "SF"))
    assert new.parent.name == "new" and new.name.endswith(",S=6,W=7")
    assert current.parent.name == "cur" and current.name.endswith(",S=6,W=7:2,FS")


def test_message_is_readable_at_once_and_tmp_is_empty_afterwards(root: Path) -> None:
    draft = written(Maildir(str(root)).folder("INBOX"))
    path = Path(draft.publish(""))
    draft.discard()
    assert path.read_bytes() == b"hello\n" and not leftovers(root)


def test_taken_name_in_tmp_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    folder.ensure()
    (root / "tmp" / "taken").write_text("theirs")
    names = iter(["taken", "free"])
    monkeypatch.setattr(tmp_file, "new_base", lambda: next(names))
    assert written(folder).base == "free"
    assert (root / "tmp" / "taken").read_text() == "theirs"


@pytest.mark.parametrize("flags", ["", "S"])
def test_taken_name_is_never_overwritten(
    root: Path, monkeypatch: pytest.MonkeyPatch, flags: str
) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    monkeypatch.setattr(tmp_file, "new_base", lambda: "taken")
    draft = written(folder)
    first = Path(draft.publish(flags))
    draft.discard()
    draft = written(folder, b"world\n")
    monkeypatch.setattr(tmp_file, "new_base", lambda: "free")
    second = Path(draft.publish(flags))
    assert first.read_bytes() == b"hello\n" and second.read_bytes() == b"world\n"


def test_link_that_was_made_though_the_answer_was_lost_is_done(root: Path) -> None:
    """NFS repeats a request whose answer got lost, and the second says EEXIST."""
    draft = written(Maildir(str(root)).folder("INBOX"))
    os.link(draft.path, root / "new" / f"{draft.base},S=6,W=7")
    assert Path(draft.publish("")) == root / "new" / f"{draft.base},S=6,W=7"
    assert len(visible(root)) == 1


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK])
def test_file_system_without_links_gets_a_rename(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    draft = written(Maildir(str(root)).folder("INBOX"))

    def no_link(*names: str) -> None:
        raise OSError(number, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    path = Path(draft.publish("S"))
    draft.discard()
    assert path.read_bytes() == b"hello\n" and not leftovers(root)


def test_rename_too_overwrites_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = written(Maildir(str(root)).folder("INBOX"))
    theirs = root / "new" / f"{draft.base},S=6,W=7"
    theirs.write_text("theirs")

    def no_link(*names: str) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(OSError, match="taken"):
        draft.publish("")
    draft.retract()
    assert theirs.read_text() == "theirs"


def test_folder_that_vanishes_before_publishing_is_made_again(root: Path) -> None:
    draft = written(Maildir(str(root)).folder("INBOX"))
    (root / "new").rmdir()
    assert Path(draft.publish("")).is_file()


def test_file_that_vanished_from_tmp_is_an_error(root: Path) -> None:
    draft = written(Maildir(str(root)).folder("INBOX"))
    os.unlink(draft.path)
    with pytest.raises(FileNotFoundError):
        draft.publish("")


def test_failed_fsync_is_not_forgotten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel reports a lost page once; a second fsync would say all is well."""
    draft = TmpFile(Maildir(str(root)).folder("INBOX")).create()

    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "lost")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="lost"):
        patch.setattr(os, "fsync", failing)
        draft.written.sync()
    with pytest.raises(OSError, match="earlier"):
        draft.written.sync()


def test_short_writes_are_continued(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = TmpFile(Maildir(str(root)).folder("INBOX")).create()
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
        draft.written.write(bytes(range(256)))
    assert Path(draft.path).read_bytes() == bytes(range(256))


def test_folder_that_is_a_link_inside_ones_own_maildir_works(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / ".A").symlink_to(elsewhere)
    path = written(Maildir(str(root)).folder("A")).publish("")
    assert Path(path).is_file() and len(visible(elsewhere)) == 1


def test_link_with_the_name_of_the_file_in_tmp_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    folder.ensure()
    (root / "tmp" / "trap").symlink_to(root / "victim")
    names = iter(["trap", "free"])
    monkeypatch.setattr(tmp_file, "new_base", lambda: next(names))
    assert written(folder).base == "free" and not (root / "victim").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_does_not_write_into_a_users_maildir(root: Path) -> None:
    os.chown(root, 65534, 65534)
    with pytest.raises(StorageFailed):
        written(Maildir(str(root)).folder("INBOX"))
    assert not os.listdir(root)


def test_directories_that_cannot_be_synced_are_no_error(
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
