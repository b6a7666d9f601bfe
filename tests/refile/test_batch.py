"""Moves of many messages: nothing is overwritten or lost, whatever else is at work."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from shutil import rmtree

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir import exclusive_rename
from maildrop_py.maildir.sync import sync_directory
from maildrop_py.message.message import Message
from maildrop_py.refile import batch as moves
from tests.support.maildirs import FiledMaildir, doing, tails, to

MAIL = b"Subject: x\n\nbody\n"


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


def test_every_kind_of_file_system_will_do(filed: FiledMaildir, file_system: str) -> None:
    for number in range(10):
        filed.put(f"new/{number}.host", b"Subject: %d\n\n" % number)
    assert not filed.refile(to("A", "S"))
    assert list(filed.files()) == [".A/cur"]
    subjects = {path.read_bytes() for path in (filed.root / ".A/cur").iterdir()}
    assert subjects == {b"Subject: %d\n\n" % number for number in range(10)}
    assert not filed.leftovers()


def test_flags_set_meanwhile_are_kept(filed: FiledMaildir, file_system: str) -> None:
    old = filed.put("cur/b,S=17:2,S")
    troubles = filed.refile(
        to("A", "F"), meanwhile=lambda: old.rename(old.with_name("b,S=17:2,RS"))
    )
    assert not troubles
    assert {place: tails(names) for place, names in filed.files().items()} == {
        ".A/cur": [",S=17:2,FRS"]
    }


def test_a_message_read_meanwhile_is_found_in_cur(filed: FiledMaildir, file_system: str) -> None:
    old = filed.put("new/b,S=17")
    assert not filed.refile(to("A"), meanwhile=lambda: old.rename(filed.root / "cur/b,S=17:2,"))
    assert {place: tails(names) for place, names in filed.files().items()} == {
        ".A/cur": [",S=17:2,"]
    }


def test_flags_set_while_the_message_has_both_names_are_kept(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = filed.put("cur/b,S=17:2,S")
    monkeypatch.setattr(exclusive_rename, "rename", _unsupported)
    sync = sync_directory

    def flagged_before(path: str) -> None:
        if old.exists():
            old.rename(old.with_name("b,S=17:2,RS"))
        sync(path)

    monkeypatch.setattr(moves, "sync_directory", flagged_before)
    assert not filed.refile(to("A", "F"))
    assert {place: tails(names) for place, names in filed.files().items()} == {
        ".A/cur": [",S=17:2,FRS"]
    }


def test_a_message_expunged_while_it_has_both_names_is_gone(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = filed.put("cur/b,S=17:2,S")
    monkeypatch.setattr(exclusive_rename, "rename", _unsupported)
    sync = sync_directory

    def expunged_before(path: str) -> None:
        old.unlink(missing_ok=True)
        sync(path)

    monkeypatch.setattr(moves, "sync_directory", expunged_before)
    assert "gone" in filed.refile(to("A"))["b,S=17:2,S"]
    assert filed.files() == {}


def _unsupported(source: str, target: str) -> None:
    raise exclusive_rename.Unsupported


def test_a_message_that_has_gone_is_left_alone(filed: FiledMaildir, file_system: str) -> None:
    old = filed.put("cur/b,S=17:2,S")
    filed.put("cur/c,S=17:2,S")
    troubles = filed.refile(to("A"), meanwhile=old.unlink)
    assert "gone" in troubles["b,S=17:2,S"]
    assert len(filed.files()[".A/cur"]) == 1


def test_nothing_is_overwritten(
    filed: FiledMaildir, file_system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed.put("cur/b,S=17:2,S")
    filed.put("cur/taken,S=1:2,S", b"another", folder=".A")
    monkeypatch.setattr("maildrop_py.maildir.moved_name.new_base", lambda: "taken")
    filed.put("cur/c,S=1:2,S", b"third")
    troubles = filed.refile(to("A"))
    assert list(troubles) == ["c,S=1:2,S"]
    assert "File exists" in troubles["c,S=1:2,S"]
    assert (filed.root / ".A/cur/taken,S=1:2,S").read_bytes() == b"another"
    assert (filed.root / "cur/c,S=1:2,S").read_bytes() == b"third"


def test_a_folder_that_is_removed_meanwhile_is_made_again(
    filed: FiledMaildir, file_system: str
) -> None:
    filed.put("new/b,S=17")

    def remove() -> None:
        for path in sorted((filed.root / ".A").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (filed.root / ".A").rmdir()

    assert not filed.refile(to("A"), meanwhile=remove)
    assert list(filed.files()) == [".A/new"]


def test_a_folder_is_made_again_for_the_copy_of_a_changed_message_too(
    filed: FiledMaildir, file_system: str
) -> None:
    filed.put("cur/b,S=17:2,S")
    changed = doing(Filing("A"), Filing("INBOX"), add_headers=(("X-Good", "yes"),))
    assert not filed.refile(changed, meanwhile=lambda: rmtree(filed.root / ".A"))
    assert {path.read_bytes() for path in filed.root.rglob("cur/*")} == {b"X-Good: yes\n" + MAIL}
    assert {place: tails(names) for place, names in filed.files().items()} == {
        "cur": [",S=29:2,S"],
        ".A/cur": [",S=29:2,S"],
    }
    assert not filed.leftovers()


def test_another_file_system_gets_a_synced_copy(
    filed: FiledMaildir, small_disk: object, tmp_path: Path
) -> None:
    disk = small_disk("size=1m")  # type: ignore[operator]
    (filed.root / ".A").symlink_to(disk)
    filed.put("cur/b,S=17:2,S")
    assert not filed.refile(to("A", "F"))
    (new,) = (disk / "cur").iterdir()
    assert new.read_bytes() == MAIL
    assert new.name.endswith(",S=17:2,FS")
    assert new.stat().st_mtime == 1_000_000_000
    assert filed.files() == {}
    assert not list((disk / "tmp").iterdir())


def test_copies_on_another_file_system_are_made_once(
    filed: FiledMaildir, small_disk: object
) -> None:
    disk = small_disk("size=1m")  # type: ignore[operator]
    (filed.root / ".A").symlink_to(disk)
    filed.put("cur/b,S=17:2,S")
    decision = doing(Filing("A"), Filing("INBOX"))
    assert not filed.refile(decision)
    assert not filed.refile(decision)
    assert len(list((disk / "cur").iterdir())) == 1


def test_a_full_disk_stops_what_needs_room_and_nothing_else(
    filed: FiledMaildir, small_disk: object
) -> None:
    disk = small_disk("size=64k")  # type: ignore[operator]
    (filed.root / ".A").symlink_to(disk)
    filed.put("cur/1,S=200000:2,S", b"x" * 200_000)
    filed.put("cur/2,S=17:2,S")
    filed.put("cur/3,S=17:2,S")

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return to("B") if "/3," in message.file.path else to("A")

    troubles = filed.refile(decide)
    assert list(troubles) == ["1,S=200000:2,S"]
    assert "No space left" in troubles["1,S=200000:2,S"]
    assert (filed.root / "cur/1,S=200000:2,S").stat().st_size == 200_000
    assert len(list((disk / "cur").iterdir())) == 1
    assert not list((disk / "tmp").iterdir())


def test_without_a_journal_nothing_moves(filed: FiledMaildir) -> None:
    filed.put("cur/1,S=17:2,S")
    filed.journals.write_text("in the way")
    assert "journal" in filed.refile(to("A"))["1,S=17:2,S"]
    assert list(filed.files()) == ["cur"]


def test_an_error_of_the_disk_is_reported_for_each_message(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), source, None, target)

    monkeypatch.setattr(exclusive_rename, "rename", fail)
    filed.put("cur/1,S=17:2,S")
    assert "Input/output error" in filed.refile(to("A"))["1,S=17:2,S"]
    assert list(filed.files()) == ["cur"]
    assert list(filed.runs()[0].performed()) == []


def test_a_move_that_is_not_surely_on_the_disk_is_reported_and_can_be_undone(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    filed.put("cur/1,S=17:2,S")
    with monkeypatch.context() as patch:
        patch.setattr(moves, "sync_directory", fail)
        assert "perhaps not durably" in filed.refile(to("A"))["1,S=17:2,S"]
    assert list(filed.files()) == [".A/cur"]
    assert [undone.outcome for undone in filed.undo()] == ["back"]


def test_only_those_whose_folder_could_not_be_synced_are_reported(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> None:
        if path.endswith("/.B/cur"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    filed.put("cur/1,S=17:2,S")
    filed.put("cur/2,S=17:2,F")
    monkeypatch.setattr(moves, "sync_directory", fail)
    troubles = filed.refile(lambda message: to("B" if message.file.flags == "F" else "A"))  # type: ignore[union-attr]
    assert list(troubles) == ["2,S=17:2,F"] and set(filed.files()) == {".A/cur", ".B/cur"}


def test_what_was_written_for_a_step_that_is_not_made_is_removed(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    changed = doing(Filing("A"), Filing("B"), add_headers=(("X-Good", "yes"),))
    assert filed.refile(changed, meanwhile=(filed.root / "cur/b,S=17:2,S").unlink)
    assert not filed.leftovers()


def test_without_a_sync_no_old_name_is_removed(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    filed.put("cur/1,S=17:2,S")
    monkeypatch.setattr(exclusive_rename, "rename", _unsupported)
    monkeypatch.setattr(moves, "sync_directory", fail)
    assert "Input/output error" in filed.refile(to("A"))["1,S=17:2,S"]
    assert list(filed.files()) == ["cur"]


def test_room_for_the_journal_goes_before_room_for_changed_messages(
    filed: FiledMaildir, small_disk: object
) -> None:
    """Else a few of those would keep all others from being moved."""
    disk = small_disk("size=256k")  # type: ignore[operator]
    crowded = FiledMaildir(disk / "Maildir")
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
