"""Places: each message that the original filed is seen once, and belongs to its own run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.convert.proof.places import Places

MESSAGE = b"From: a@example.org\n\ntext\n"


def seen(places: Places, named: tuple[str, ...] = ()) -> list[tuple[str, bytes]]:
    return [(one.where, one.content or b"") for one in places.filed(named)]


def test_what_was_there_before_is_nobodys_filing(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/1").write_bytes(MESSAGE)
    assert seen(Places([str(tmp_path)], frozenset())) == []


def test_a_message_in_a_new_maildir_is_seen_once_and_taken_away(tmp_path: Path) -> None:
    places = Places([str(tmp_path)], frozenset())
    (tmp_path / "a/new").mkdir(parents=True)
    (tmp_path / "a/new/1").write_bytes(MESSAGE)
    assert seen(places) == [(f"{tmp_path}/a/", MESSAGE)]
    assert seen(places) == []
    assert not (tmp_path / "a/new/1").exists()


def test_a_message_that_moves_while_it_is_looked_for_is_seen_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a program that the original started and did not wait for."""
    places = Places([str(tmp_path)], frozenset())
    for folder in ("a/cur", "a/new"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "a/new/1").write_bytes(MESSAGE)
    scandir = os.scandir

    def moving(directory: str) -> list[os.DirEntry[str]]:
        entries = sorted(scandir(directory), key=lambda entry: entry.name)  # cur before new
        if directory.endswith("/new") and (tmp_path / "a/new/1").exists():
            (tmp_path / "a/new/1").rename(tmp_path / "a/cur/1:2,S")
        return entries

    monkeypatch.setattr(os, "scandir", moving)
    assert seen(places) == [(f"{tmp_path}/a/", MESSAGE)]
    assert seen(places) == []


def test_messages_that_come_within_one_tick_of_the_clock_are_seen(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    places = Places([str(tmp_path)], frozenset())
    for number in range(200):
        (tmp_path / f"new/{number}").write_bytes(MESSAGE)
        assert len(seen(places)) == 1


def test_an_mbox_file_is_taken_apart_and_emptied(tmp_path: Path) -> None:
    places = Places([str(tmp_path)], frozenset([f"{tmp_path}/box"]))
    one, two = b"From a\n" + MESSAGE + b"\n", b"From b\n" + MESSAGE + b">From here\n\n"
    (tmp_path / "box").write_bytes(one + two)
    assert [content for _, content in seen(places)] == [one.removesuffix(b"\n") + b"\n", two]
    assert seen(places) == [] and (tmp_path / "box").stat().st_size == 0


def test_a_file_is_an_mbox_file_only_where_procmail_said_so(tmp_path: Path) -> None:
    places = Places([str(tmp_path)], frozenset())
    (tmp_path / "log").write_bytes(b"From a\n" + MESSAGE)
    assert seen(places) == []
    (tmp_path / "box").write_bytes(b"From a\n" + MESSAGE)
    assert seen(places, ("/box",)) == [(f"{tmp_path}/box", b"From a\n" + MESSAGE)]
