"""borrowed_store: knows what the store knows, and leaves the disk as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.evidence.borrowed_store import BorrowedStore
from maildrop_py.evidence.store import Store

NOW = 1_700_000_000.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state" / "evidence.sqlite"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_reads_what_is_on_disk_and_writes_nothing(place: Path) -> None:
    Store(str(place)).learn("spf", [("a", "1"), ("b", "2")], NOW, 100)
    before = contents(place.parent)
    borrowed = BorrowedStore(str(place))
    borrowed.learn("spf", [("b", "3"), ("c", "4")], NOW, 100)
    assert borrowed.lines("spf", iter(["a", "b", "c", "d"]), NOW) == {"a": "1", "b": "3", "c": "4"}
    assert borrowed.lines("spf", ["c"], NOW + 101) == {}
    assert borrowed.usable
    assert contents(place.parent) == before
    assert Store(str(place)).lines("spf", ["b", "c"], NOW) == {"b": "2"}


def test_without_a_file_nothing_was_learnt_and_none_is_made(place: Path) -> None:
    borrowed = BorrowedStore(str(place))
    assert borrowed.lines("duplicate", ["x"], NOW) == {}
    borrowed.learn("duplicate", [("x", "")], NOW)
    assert borrowed.lines("duplicate", ["x"], NOW) == {"x": ""}
    assert borrowed.usable
    assert not place.parent.exists()


@pytest.mark.parametrize("garbage", [b"garbage " * 999, b""])
def test_a_file_that_is_no_store_is_left_alone(place: Path, garbage: bytes) -> None:
    place.parent.mkdir(mode=0o700)
    place.write_bytes(garbage)
    place.chmod(0o600)
    before = contents(place.parent)
    borrowed = BorrowedStore(str(place))
    assert borrowed.lines("spf", ["a"], NOW) == {}
    assert not borrowed.usable
    assert "is not used" in borrowed.warnings[0]
    assert contents(place.parent) == before
