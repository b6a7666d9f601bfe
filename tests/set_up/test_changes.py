"""What `init` changes is noted, and taken back only where it is still as it was left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.errors import Permanent
from maildrop_py.set_up.changes import Changes, Parameters


class Fake(Parameters):
    """The settings of a mail server, in memory."""

    def __init__(self, **values: str) -> None:
        self.values = values

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def put(self, name: str, value: str) -> None:
        self.values[name] = value


def notes(tmp_path: Path) -> tuple[Changes, list[str]]:
    said: list[str] = []
    return Changes(str(tmp_path / "state/init.json"), said.append), said


def test_all_is_taken_back_by_a_later_run(tmp_path: Path) -> None:
    changes, _ = notes(tmp_path)
    forward = tmp_path / ".forward"
    forward.write_text("|old\n")
    forward.chmod(0o644)
    changes.make_directory(str(tmp_path / "a/b"))
    changes.write_file(str(tmp_path / "a/b/rules.yaml"), "rules: []\n")
    changes.write_file(str(forward), "|new\n")
    changes.make_maildir(str(tmp_path / "Maildir"))
    assert forward.read_text() == "|new\n"
    later, said = notes(tmp_path)
    assert later.undo(None)
    assert forward.read_text() == "|old\n" and forward.stat().st_mode & 0o777 == 0o644
    assert sorted(it.name for it in tmp_path.iterdir()) == [".forward", "state"]
    assert not (tmp_path / "state/init.json").exists()
    assert len(said) == 5


def test_a_file_that_was_changed_since_stays_and_is_said(tmp_path: Path) -> None:
    changes, _ = notes(tmp_path)
    path = tmp_path / "rules.yaml"
    changes.write_file(str(path), "rules: []\n")
    path.write_text("rules: [{name: mine}]\n")
    later, said = notes(tmp_path)
    assert not later.undo(None)
    assert path.read_text() == "rules: [{name: mine}]\n"
    assert said == [f"left: {path}: it was changed since"]
    path.write_text("rules: []\n")
    assert notes(tmp_path)[0].undo(None), "what was left can be taken back later"


def test_what_is_kept_beside_never_overwrites_what_was_kept_before(tmp_path: Path) -> None:
    path = tmp_path / ".forward"
    for text in ("1", "2", "3"):
        path.write_text(text)
        notes(tmp_path)[0].write_file(str(path), "new")
    kept = sorted(it.read_text() for it in tmp_path.glob(".forward.before*"))
    assert kept == ["1", "2", "3"]


def test_a_full_disk_leaves_the_old_file_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".forward"
    path.write_text("|old\n")
    changes, _ = notes(tmp_path)

    def no_room(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space"):
        changes.write_file(str(path), "|new\n")
    assert path.read_text() == "|old\n"


def test_a_run_that_was_killed_can_be_taken_back(tmp_path: Path) -> None:
    """It is noted before it is done, so there may be notes of what was not."""
    changes, _ = notes(tmp_path)
    changes.write_file(str(tmp_path / "one"), "1")
    changes.make_directory(str(tmp_path / "two"))
    (tmp_path / "two").rmdir()
    assert notes(tmp_path)[0].undo(None)
    assert not (tmp_path / "one").exists()


def test_a_setting_goes_back_only_from_the_value_that_it_was_given(tmp_path: Path) -> None:
    server = Fake(mailbox_command="procmail")
    changes, _ = notes(tmp_path)
    changes.set_parameter(server, "mailbox_command", "ours")
    assert notes(tmp_path)[0].undo(server) and server.values == {"mailbox_command": "procmail"}
    changes, _ = notes(tmp_path)
    changes.set_parameter(server, "mailbox_command", "ours")
    server.put("mailbox_command", "theirs")
    assert not notes(tmp_path)[0].undo(server)
    assert server.values == {"mailbox_command": "theirs"}


def test_notes_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/init.json").write_text("{")
    with pytest.raises(Permanent, match=r"init\.json"):
        notes(tmp_path)
