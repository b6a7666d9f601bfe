"""The way of a file from tmp/ to new/ or cur/."""

from __future__ import annotations

import errno
import gc
import os
from pathlib import Path

import pytest

from maildrop_py.maildir import tmp_file
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.maildir.tmp_file import TmpFile
from tests.support.delivering import leftovers, visible
from tests.support.maildirs import written


def test_message_without_flags_is_new_and_with_flags_current(root: Path) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    new, current = (Path(written(folder).publish(flags)) for flags in ("", "SF"))
    assert new.parent.name == "new" and new.name.endswith(",S=6,W=7")
    assert current.parent.name == "cur" and current.name.endswith(",S=6,W=7:2,FS")


def test_file_that_nothing_was_written_to_says_so_in_its_name(root: Path) -> None:
    draft = TmpFile(Maildir(str(root)).folder("INBOX")).create()
    assert draft.publish("").endswith(",S=0,W=0")


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
    draft.retract()
    assert visible(root) == [], "it can be taken back all the same"


def test_a_name_that_is_free_again_is_not_taken_for_ours(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a message would count as delivered that is nowhere."""
    draft = written(Maildir(str(root)).folder("INBOX"))
    link = os.link

    def taken_for_a_moment(source: str, target: str) -> None:
        monkeypatch.setattr(os, "link", link)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)

    monkeypatch.setattr(os, "link", taken_for_a_moment)
    assert Path(draft.publish("")).read_bytes() == b"hello\n"


def test_a_file_is_closed_once_it_is_synced_and_one_never_opened_can_be_closed(
    root: Path,
) -> None:
    draft = TmpFile(Maildir(str(root)).folder("INBOX")).create()
    descriptor = draft.written.descriptor
    assert os.fstat(descriptor)
    draft.written.sync()
    draft.written.sync()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    for done in (draft, TmpFile(draft.folder)):
        done.written.close()


def test_a_file_that_was_given_up_is_closed(root: Path) -> None:
    draft = TmpFile(Maildir(str(root)).folder("INBOX")).create()
    descriptor = draft.written.descriptor
    del draft
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_nobody_else_could_open_a_file_at_any_moment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the umask is: with a strict one its owner could not open it, either."""
    modes: list[int] = []
    chmod = os.fchmod

    def seen(descriptor: int, mode: int) -> None:
        modes.append(os.fstat(descriptor).st_mode & 0o777)
        chmod(descriptor, mode)
        modes.append(os.fstat(descriptor).st_mode & 0o777)

    monkeypatch.setattr(os, "fchmod", seen)
    for mask, first in ((0, 0o600), (0o277, 0o400)):
        before = os.umask(mask)
        try:
            TmpFile(Maildir(str(root)).folder("INBOX")).create()
        finally:
            os.umask(before)
        assert modes[-2:] == [first, 0o600]


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


def test_link_with_the_name_of_the_file_in_tmp_is_not_followed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Maildir(str(root)).folder("INBOX")
    folder.ensure()
    (root / "tmp" / "trap").symlink_to(root / "victim")
    names = iter(["trap", "free"])
    monkeypatch.setattr(tmp_file, "new_base", lambda: next(names))
    assert written(folder).base == "free" and not (root / "victim").exists()
