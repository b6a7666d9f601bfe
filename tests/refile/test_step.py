"""Steps: what each kind does to files, and what the journal keeps of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.maildir import exclusive_rename
from maildrop_py.refile.step import Copy, Delete, Move, Rewrite, SetFlags, Step, identity_of


@pytest.fixture
def paths(tmp_path: Path) -> tuple[str, str]:
    """A message, and the name that it is to have."""
    (tmp_path / "old").write_bytes(b"message")
    return str(tmp_path / "old"), str(tmp_path / "new")


def same(source: str) -> str:
    return source


@pytest.mark.parametrize("kind", [Move, SetFlags])
def test_a_renamed_message_has_the_new_name_only(paths: tuple[str, str], kind: type[Move]) -> None:
    step = kind(*paths, same, "rule")
    step.make()
    assert os.listdir(os.path.dirname(paths[0])) == ["new"]
    assert not step.both


def test_where_no_exclusive_rename_is_possible_it_has_both_names_at_first(
    paths: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(source: str, target: str) -> None:
        raise exclusive_rename.Unsupported

    monkeypatch.setattr(exclusive_rename, "rename", unsupported)
    step = Move(*paths, same, "rule")
    step.make()
    assert step.both and os.path.samefile(*paths)


def test_a_copy_is_one_more_name_and_a_deletion_one_less(paths: tuple[str, str]) -> None:
    Copy(*paths, same, "rule").make()
    assert os.path.samefile(*paths)
    step = Delete(paths[0], "rule")
    step.make()
    assert os.listdir(os.path.dirname(paths[0])) == ["new"]
    assert step.target == "" and step.new_target("anything") == ""


def test_a_rewritten_message_waits_beside_the_old_one(paths: tuple[str, str]) -> None:
    step = Rewrite(*paths, same, "rule", b"old head", 3)
    step.tmp_path = paths[1] + ".tmp"
    Path(step.tmp_path).write_bytes(b"new")
    step.make()
    assert step.both and Path(paths[1]).read_bytes() == b"new"
    assert Path(paths[0]).exists() and not Path(step.tmp_path).exists()


def test_a_rewriting_is_not_made_of_a_message_that_has_gone(paths: tuple[str, str]) -> None:
    step = Rewrite(*paths, same, "rule", b"", 0)
    step.tmp_path = paths[1] + ".tmp"
    Path(step.tmp_path).write_bytes(b"new")
    os.unlink(paths[0])
    with pytest.raises(FileNotFoundError):
        step.make()
    assert not Path(paths[1]).exists()
    step.abandon()
    assert os.listdir(os.path.dirname(paths[0])) == []


@pytest.mark.parametrize("kind", [Move, SetFlags, Copy])
def test_no_step_overwrites_a_file(paths: tuple[str, str], kind: type[Move]) -> None:
    Path(paths[1]).write_bytes(b"another")
    with pytest.raises(FileExistsError):
        kind(*paths, same, "rule").make()
    assert Path(paths[1]).read_bytes() == b"another" and Path(paths[0]).exists()


def test_the_journal_keeps_what_undo_needs(paths: tuple[str, str]) -> None:
    identity = identity_of(paths[0])
    move = Move(*paths, same, "rule", None, identity)
    rewrite = Rewrite(*paths, same, "rule", b"old head", 3)
    rewrite.identity = identity
    assert move.details() == {"id": list(identity)}
    assert rewrite.details() == {"head": "b2xkIGhlYWQ=", "skip": 3, "id": list(identity)}
    for step in (SetFlags(*paths, same, None), Copy(*paths, same, None), Delete(paths[0], None)):
        assert step.details() == {}
        step.undoes = 7
        assert step.details() == {"of": 7}
    move.undoes = 0
    assert move.details() == {"of": 0, "id": list(identity)}


def test_a_step_that_does_what_was_decided_and_nothing_else_says_so(
    paths: tuple[str, str],
) -> None:
    filing = Filing("A")
    for kind in (Move, SetFlags):
        assert kind(*paths, same, "rule", filing).filing is filing
        assert kind(*paths, same, "rule").filing is None
    assert Copy(*paths, same, "rule").filing is None


def test_each_kind_has_the_word_that_journals_have_always_had() -> None:
    kinds: tuple[type[Step], ...] = (Move, SetFlags, Copy, Rewrite, Delete)
    assert [kind.kind for kind in kinds] == ["move", "flag", "copy", "rewrite", "delete"]
    assert [kind.takes_away for kind in kinds] == [True, False, False, True, False]


def test_the_identity_of_a_file_stays_when_it_is_renamed(paths: tuple[str, str]) -> None:
    before = identity_of(paths[0])
    os.rename(*paths)
    assert identity_of(paths[1]) == before
    Path(paths[1]).write_bytes(b"another message")
    assert identity_of(paths[1]) != before
