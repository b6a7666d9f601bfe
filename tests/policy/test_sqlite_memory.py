"""What greylisting remembers on disk, for several processes, in whatever state the disk is."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from maildrop_py.policy import sqlite_memory
from maildrop_py.policy.greylist import Entry
from maildrop_py.policy.remembered import (
    Change,
    Sent,
    Session,
    client_key,
    pack_entry,
    pack_sent,
    pack_session,
    triplet_key,
    unpack_entry,
    unpack_sent,
    unpack_session,
)
from maildrop_py.policy.sqlite_memory import SLICES, SqliteMemory

NOW = 1_790_000_000


def keys(count: int) -> list[bytes]:
    return [triplet_key(f"address {number}", "a@b", "c@d") for number in range(count)]


@pytest.fixture
def memory(tmp_path: Path) -> SqliteMemory:
    tmp_path.chmod(0o700)
    return SqliteMemory(str(tmp_path / "greylist.sqlite"))


def test_another_process_sees_what_was_written(memory: SqliteMemory) -> None:
    (key,) = keys(1)
    assert memory.write([Change(key, b"12345678", NOW + 9)], NOW)
    other = SqliteMemory(memory.path)
    assert other.read([key, b"x" * 16], NOW) == {key: b"12345678"}
    assert other.read([key], NOW + 9) == {}, "it has ended"


def test_what_is_first_stays_unless_it_has_ended(memory: SqliteMemory) -> None:
    (key,) = keys(1)
    for value, now in ((b"first", NOW), (b"later", NOW + 1)):
        assert memory.write([Change(key, value, now + 5, only_new=True)], now)
    assert memory.read([key], NOW) == {key: b"first"}
    assert memory.write([Change(key, b"again", NOW + 99, only_new=True)], NOW + 10)
    assert memory.read([key], NOW + 11) == {key: b"again"}


def test_cleaning_takes_what_has_ended_and_nothing_else(memory: SqliteMemory) -> None:
    changes = [Change(key, b"v", NOW + number % 2) for number, key in enumerate(keys(500))]
    assert memory.write(changes, NOW)
    removed = sum(memory.clean(NOW) for _ in range(SLICES))
    assert removed == 250 and memory.count() == 250


def test_of_too_many_that_wait_the_oldest_go(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    memory = SqliteMemory(str(tmp_path / "g"), most_pending=SLICES)
    low = [b"\0\0" + bytes([number]) * 14 for number in range(9)]
    waiting = [Change(k, b"v", NOW + 100 + n, pending=True) for n, k in enumerate(low[:5])]
    passed = [Change(key, b"v", NOW + 1) for key in low[5:]]
    assert memory.write(waiting + passed, NOW)
    for _ in range(SLICES):
        memory.clean(NOW)
    assert sorted(memory.read(low, NOW) or {}) == low[4:]


def test_a_clock_that_jumps_ahead_empties_nothing(memory: SqliteMemory) -> None:
    assert memory.write([Change(key, b"v", NOW + 10) for key in keys(9)], NOW)
    memory.clean(NOW)
    assert sum(memory.clean(NOW + 400 * 86400) for _ in range(SLICES)) == 0
    assert memory.count() == 9


def test_a_file_that_is_broken_is_put_aside(memory: SqliteMemory, tmp_path: Path) -> None:
    Path(memory.path).write_bytes(b"this is no database" * 100)
    (key,) = keys(1)
    assert not memory.write([Change(key, b"v", NOW + 9)], NOW)
    assert memory.write([Change(key, b"v", NOW + 9)], NOW)
    assert (tmp_path / "greylist.sqlite.corrupt").exists() and len(memory.warnings) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="root may make a directory that others own")
def test_a_directory_of_somebody_else_is_not_used(memory: SqliteMemory, tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    assert memory.read(keys(1), NOW) is None and not memory.write([Change(b"k", b"v", NOW)], NOW)
    assert "belongs to another user" in memory.warnings[0]


def test_an_unusable_file_is_tried_again_later(
    memory: SqliteMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkdir(memory.path)
    assert memory.read(keys(1), NOW) is None
    os.rmdir(memory.path)
    assert memory.read(keys(1), NOW) is None, "not so soon"
    monkeypatch.setattr(memory, "_not_before", 0.0)
    assert memory.read(keys(1), NOW) == {}
    assert sqlite_memory.RETRY > 0


@pytest.mark.parametrize("count", [1, sqlite_memory.AT_ONCE + 1])
def test_others_wait_for_who_reads_in_order_to_write_and_for_nobody_else(
    memory: SqliteMemory, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_memory, "LOCK_WAIT", 0.01)
    other, change = SqliteMemory(memory.path), Change(b"k" * 16, b"v", NOW + 9)
    assert memory.read(keys(count), NOW) == {}
    assert other.write([change], NOW)
    assert memory.read(keys(count), NOW, writing=True) == {}
    assert not other.write([change], NOW) and other.warnings == []
    assert memory.write([], NOW), "the transaction is over"
    assert other.write([change], NOW)


def test_another_thread_may_use_it(memory: SqliteMemory) -> None:
    (key,) = keys(1)
    assert memory.write([Change(key, b"v", NOW + 9)], NOW)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(memory.read, [key], NOW).result() == {key: b"v"}
    assert memory.warnings == []


def test_a_later_value_takes_the_place_of_the_first(memory: SqliteMemory) -> None:
    (key,) = keys(1)
    for value in (b"first", b"later"):
        assert memory.write([Change(key, value, NOW + 9)], NOW)
    assert memory.read([key], NOW) == {key: b"later"}


@pytest.mark.parametrize(("digits", "known"), [(9, True), (10, False)])
def test_a_session_is_remembered_for_no_longer_than_anybody_lives(digits: int, known: bool) -> None:
    session = Session(client="c", remember=int("9" * digits))
    assert unpack_session(pack_session(session)) == (session if known else None)


def test_values_come_back_as_they_were_and_garbage_is_nothing() -> None:
    assert unpack_entry(pack_entry(Entry(NOW, NOW + 5))) == Entry(NOW, NOW + 5)
    assert unpack_sent(pack_sent(Sent(70_000, NOW))) == Sent(65535, NOW)
    session = Session(True, "network 192.0.2.0/24", tuple(keys(3)), 86400)
    assert unpack_session(pack_session(session)) == session
    for garbage in (None, b"", b"x", b"1 2 3\0short", os.urandom(40)):
        assert unpack_entry(garbage) is None
        assert unpack_sent(garbage) == Sent()
        assert unpack_session(garbage) is None or garbage
    assert client_key("a") != triplet_key("a", "", "")
