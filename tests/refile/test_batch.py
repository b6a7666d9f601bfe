"""Moves of many messages: nothing is overwritten or lost, whatever else is at work."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir import exclusive_rename
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.message.message import Message
from maildrop_py.refile import batch as moves
from tests.support.maildirs import Box, doing, tails, to

MAIL = b"Subject: x\n\nbody\n"


@pytest.fixture
def box(root: Path) -> Box:
    return Box(root)


@pytest.fixture(params=["rename", "link", "plain"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As if there were no exclusive rename, and no hard links."""

    def unsupported(source: str, target: str) -> None:
        raise exclusive_rename.Unsupported

    if request.param != "rename":
        monkeypatch.setattr(exclusive_rename, "rename", unsupported)
    if request.param == "plain":
        monkeypatch.setattr(exclusive_rename, "link", lambda source, target: False)
    return str(request.param)


def test_every_kind_of_file_system_will_do(box: Box, file_system: str) -> None:
    for number in range(10):
        box.put(f"new/{number}.host", b"Subject: %d\n\n" % number)
    assert not box.refile(to("A", "S"))
    assert list(box.files()) == [".A/cur"]
    subjects = {path.read_bytes() for path in (box.root / ".A/cur").iterdir()}
    assert subjects == {b"Subject: %d\n\n" % number for number in range(10)}
    assert not box.leftovers()


def test_flags_set_meanwhile_are_kept(box: Box, file_system: str) -> None:
    old = box.put("cur/b,S=17:2,S")
    troubles = box.refile(to("A", "F"), meanwhile=lambda: old.rename(old.with_name("b,S=17:2,RS")))
    assert not troubles
    assert {place: tails(names) for place, names in box.files().items()} == {
        ".A/cur": [",S=17:2,FRS"]
    }


def test_a_message_read_meanwhile_is_found_in_cur(box: Box, file_system: str) -> None:
    old = box.put("new/b,S=17")
    assert not box.refile(to("A"), meanwhile=lambda: old.rename(box.root / "cur/b,S=17:2,"))
    assert {place: tails(names) for place, names in box.files().items()} == {".A/cur": [",S=17:2,"]}


def test_flags_set_while_the_message_has_both_names_are_kept(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = box.put("cur/b,S=17:2,S")
    monkeypatch.setattr(exclusive_rename, "rename", _unsupported)
    sync = sync_directory

    def flagged_before(path: str) -> None:
        if old.exists():
            old.rename(old.with_name("b,S=17:2,RS"))
        sync(path)

    monkeypatch.setattr(moves, "sync_directory", flagged_before)
    assert not box.refile(to("A", "F"))
    assert {place: tails(names) for place, names in box.files().items()} == {
        ".A/cur": [",S=17:2,FRS"]
    }


def test_a_message_expunged_while_it_has_both_names_is_gone(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = box.put("cur/b,S=17:2,S")
    monkeypatch.setattr(exclusive_rename, "rename", _unsupported)
    sync = sync_directory

    def expunged_before(path: str) -> None:
        old.unlink(missing_ok=True)
        sync(path)

    monkeypatch.setattr(moves, "sync_directory", expunged_before)
    assert "gone" in box.refile(to("A"))["b,S=17:2,S"]
    assert box.files() == {}


def _unsupported(source: str, target: str) -> None:
    raise exclusive_rename.Unsupported


def test_a_message_that_has_gone_is_left_alone(box: Box, file_system: str) -> None:
    old = box.put("cur/b,S=17:2,S")
    box.put("cur/c,S=17:2,S")
    troubles = box.refile(to("A"), meanwhile=old.unlink)
    assert "gone" in troubles["b,S=17:2,S"]
    assert len(box.files()[".A/cur"]) == 1


def test_nothing_is_overwritten(
    box: Box, file_system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put("cur/b,S=17:2,S")
    box.put("cur/taken,S=1:2,S", b"another", folder=".A")
    monkeypatch.setattr("maildrop_py.maildir.moved_name.new_base", lambda: "taken")
    box.put("cur/c,S=1:2,S", b"third")
    troubles = box.refile(to("A"))
    assert list(troubles) == ["c,S=1:2,S"]
    assert "File exists" in troubles["c,S=1:2,S"]
    assert (box.root / ".A/cur/taken,S=1:2,S").read_bytes() == b"another"
    assert (box.root / "cur/c,S=1:2,S").read_bytes() == b"third"


def test_a_folder_that_is_removed_meanwhile_is_made_again(box: Box, file_system: str) -> None:
    box.put("new/b,S=17")

    def remove() -> None:
        for path in sorted((box.root / ".A").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (box.root / ".A").rmdir()

    assert not box.refile(to("A"), meanwhile=remove)
    assert list(box.files()) == [".A/new"]


def test_another_file_system_gets_a_synced_copy(
    box: Box, small_disk: object, tmp_path: Path
) -> None:
    disk = small_disk("size=1m")  # type: ignore[operator]
    (box.root / ".A").symlink_to(disk)
    box.put("cur/b,S=17:2,S")
    assert not box.refile(to("A", "F"))
    (new,) = (disk / "cur").iterdir()
    assert new.read_bytes() == MAIL
    assert new.name.endswith(",S=17:2,FS")
    assert new.stat().st_mtime == 1_000_000_000
    assert box.files() == {}
    assert not list((disk / "tmp").iterdir())


def test_copies_on_another_file_system_are_made_once(box: Box, small_disk: object) -> None:
    disk = small_disk("size=1m")  # type: ignore[operator]
    (box.root / ".A").symlink_to(disk)
    box.put("cur/b,S=17:2,S")
    decision = doing(Filing("A"), Filing("INBOX"))
    assert not box.refile(decision)
    assert not box.refile(decision)
    assert len(list((disk / "cur").iterdir())) == 1


def test_a_full_disk_stops_what_needs_room_and_nothing_else(box: Box, small_disk: object) -> None:
    disk = small_disk("size=64k")  # type: ignore[operator]
    (box.root / ".A").symlink_to(disk)
    box.put("cur/1,S=200000:2,S", b"x" * 200_000)
    box.put("cur/2,S=17:2,S")
    box.put("cur/3,S=17:2,S")

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return to("B") if "/3," in message.file.path else to("A")

    troubles = box.refile(decide)
    assert list(troubles) == ["1,S=200000:2,S"]
    assert "No space left" in troubles["1,S=200000:2,S"]
    assert (box.root / "cur/1,S=200000:2,S").stat().st_size == 200_000
    assert len(list((disk / "cur").iterdir())) == 1
    assert not list((disk / "tmp").iterdir())


def test_without_a_journal_nothing_moves(box: Box) -> None:
    box.put("cur/1,S=17:2,S")
    box.journals.write_text("in the way")
    assert "journal" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]


def test_an_error_of_the_disk_is_said_for_each_message(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), source, None, target)

    monkeypatch.setattr(exclusive_rename, "rename", fail)
    box.put("cur/1,S=17:2,S")
    assert "Input/output error" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]
    assert list(box.runs()[0].performed()) == []


def test_a_move_that_is_not_surely_on_the_disk_is_said_and_can_be_undone(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    box.put("cur/1,S=17:2,S")
    with monkeypatch.context() as patch:
        patch.setattr(moves, "sync_directory", fail)
        assert "perhaps not durably" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == [".A/cur"]
    assert [undone.outcome for undone in box.undo()] == ["back"]


def test_without_a_sync_no_old_name_is_removed(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    box.put("cur/1,S=17:2,S")
    monkeypatch.setattr(exclusive_rename, "rename", _unsupported)
    monkeypatch.setattr(moves, "sync_directory", fail)
    assert "Input/output error" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]


def test_room_for_the_journal_goes_before_room_for_changed_messages(
    box: Box, small_disk: object
) -> None:
    """Else a few of those would keep all others from being moved."""
    disk = small_disk("size=256k")  # type: ignore[operator]
    crowded = Box(disk / "Maildir")
    for number in range(20):
        crowded.put(f"cur/{number:02},S=6012:2,S", b"Subject: x\n\n" + b"x" * 6000)
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError:
            os.truncate(disk / "filler", filler.tell() - 48 * 1024)

    def decide(message: Message) -> Decision:
        assert message.file is not None
        change = "/cur/0" in message.file.path
        return to("B", add_headers=(("X-New", "x"),)) if change else to("A")

    troubles = crowded.refile(decide)
    assert set(troubles) == {f"0{number},S=6012:2,S" for number in range(10)}
    assert all("No space left" in why for why in troubles.values())
    assert len(crowded.files()[".A/cur"]) == 10
    assert len(crowded.files()["cur"]) == 10
    assert not crowded.leftovers()
