"""store: shared by many, trusted only if private, and never in the way of mail."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from maildrop_py.evidence import store as evidence_store
from maildrop_py.evidence.store import Store

NOW = 1_700_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "cache" / "evidence.sqlite"))


def test_what_is_learnt_is_found_until_it_ends(store: Store) -> None:
    store.learn("spf", [("a", "pass"), ("b", "fail")], NOW, 60)
    assert store.lines("spf", ["a", "b", "c"], NOW + 59) == {"a": "pass", "b": "fail"}
    assert store.lines("spf", ["a"], NOW + 60) == {}
    assert store.lines("dnsbl", ["a"], NOW) == {}
    assert store.warnings == []


def test_later_line_replaces_the_earlier(store: Store) -> None:
    store.learn("spf", [("a", "pass")], NOW, 60)
    store.learn("spf", [("a", "fail")], NOW, 600)
    assert store.lines("spf", ["a"], NOW + 100) == {"a": "fail"}


def test_what_has_ended_is_swept_away(store: Store) -> None:
    store.learn("spf", [("old", "pass")], NOW, 60)
    store.learn("spf", [("new", "pass")], NOW + 90000, 60)
    with sqlite3.connect(store.path) as connection:
        keys = {key for (key,) in connection.execute("SELECT key FROM learnt")}
    assert keys == {"new", "swept"}


def test_forget_drops_one_kind(store: Store) -> None:
    store.learn("learned", [("a", "")], NOW)
    store.learn("duplicate", [("a", "")], NOW)
    store.forget("learned")
    assert not store.lines("learned", ["a"], NOW)
    assert store.lines("duplicate", ["a"], NOW)


def test_any_text_may_be_a_key(store: Store) -> None:
    keys = ["日本", "\udcff", "a\0b", "'; DROP TABLE learnt; --", ""]
    store.learn("k", [(key, key) for key in keys], NOW)
    assert set(store.lines("k", keys, NOW)) == set(keys)


def test_path_with_signs_that_mean_something_in_a_uri(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "a?b#c%20d e" / "evidence.sqlite"))
    store.learn("k", [("a", "b")], NOW)
    assert Store(store.path).lines("k", ["a"], NOW) == {"a": "b"}
    assert os.listdir(tmp_path) == ["a?b#c%20d e"]


def test_file_is_for_its_owner_alone(store: Store) -> None:
    old = os.umask(0)
    try:
        store.learn("k", [("a", "")], NOW)
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat(store.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(store.path)).st_mode) == 0o700


@pytest.mark.parametrize("what", ["file", "folder"])
@pytest.mark.parametrize("mode", [0o620, 0o702])
def test_store_that_others_may_write_to_is_not_used(store: Store, what: str, mode: int) -> None:
    store.learn("spf", [("a", "pass")], NOW)
    path = store.path if what == "file" else os.path.dirname(store.path)
    os.chmod(path, mode | (0o100 if what == "folder" else 0))
    again = Store(store.path)
    assert again.lines("spf", ["a"], NOW) == {}
    assert "is writable for" in again.warnings[0]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_others_may_write_to_by_now_is_no_longer_used(
    what: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is looked at each time, the way to it after a moment."""
    store.learn("spf", [("a", "pass")], NOW)
    os.chmod(store.path if what == "file" else os.path.dirname(store.path), 0o722)
    if what == "folder":
        assert store.lines("spf", ["a"], NOW) == {"a": "pass"}
        monkeypatch.setattr(evidence_store, "AGAIN", -1.0)
    assert store.lines("spf", ["a"], NOW) == {}
    assert "is writable for" in store.warnings[0]


def test_what_is_learnt_together_is_written_at_the_end(store: Store) -> None:
    other = Store(store.path)
    with store.together():
        store.learn("k", [("a", "1")], NOW)
        store.learn("k", [("b", "2")], NOW)
        thread = threading.Thread(target=store.learn, args=("k", [("c", "3")], NOW))
        thread.start()  # what another thread learns does not wait for this one
        thread.join()
        assert other.lines("k", ["a", "b", "c"], NOW) == {"c": "3"}
    assert other.lines("k", ["a", "b", "c"], NOW) == {"a": "1", "b": "2", "c": "3"}
    store.learn("k", [("d", "4")], NOW)
    assert other.lines("k", ["d"], NOW) == {"d": "4"}


def test_what_was_learnt_before_a_failure_is_written(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.together():
        store.learn("k", [("a", "1")], NOW)
        1 // 0  # noqa: B018
    assert store.lines("k", ["a"], NOW) == {"a": "1"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_store_of_another_user_is_not_used(store: Store) -> None:
    store.learn("spf", [("a", "pass")], NOW)
    os.chown(store.path, 65534, -1)
    again = Store(store.path)
    assert again.lines("spf", ["a"], NOW) == {}
    assert "another user" in again.warnings[0]


def test_place_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file" / "evidence.sqlite"))
    for _ in range(3):
        store.learn("spf", [("a", "pass")], NOW)
        assert store.lines("spf", ["a"], NOW) == {}
    assert len(store.warnings) == 1
    assert "not used" in store.warnings[0]


def test_no_path_is_no_store_and_no_warning() -> None:
    store = Store("")
    store.learn("spf", [("a", "pass")], NOW)
    assert store.lines("spf", ["a"], NOW) == {}
    assert store.warnings == []


@pytest.mark.parametrize(
    "damage",
    [b"garbage " * 1000, b"SQLite format 3\0" + b"\xff" * 8192],
    ids=["no database", "broken header"],
)
def test_corrupt_file_is_made_anew_and_said(store: Store, damage: bytes) -> None:
    store.learn("spf", [("a", "pass")], NOW)
    store.close()
    Path(store.path).write_bytes(damage)
    again = Store(store.path)
    assert again.lines("spf", ["a"], NOW) == {}
    again.learn("spf", [("a", "pass")], NOW)
    assert again.lines("spf", ["a"], NOW) == {"a": "pass"}
    assert any("made again" in warning for warning in again.warnings)
    assert Path(store.path).read_bytes() == damage


def test_file_that_was_made_anew_may_become_corrupt_too(store: Store) -> None:
    for number in range(3):
        for path in Path(store.path).parent.glob("*.sqlite*"):
            if not path.name.endswith(".corrupt"):
                path.write_bytes(b"garbage " * 1000)
        again = Store(store.path)
        again.learn("k", [(str(number), "")], NOW)
        assert Store(store.path).lines("k", [str(number)], NOW) == {str(number): ""}
        os.makedirs(os.path.dirname(store.path), mode=0o700, exist_ok=True)


def test_store_in_use_notices_that_its_file_was_found_corrupt(store: Store) -> None:
    store.learn("k", [("a", "")], NOW)
    Path(store.path + ".corrupt").write_bytes(b"")
    store.learn("k", [("b", "")], NOW)
    assert Store(store.path).lines("k", ["a", "b"], NOW) == {"b": ""}


def test_damaged_page_in_the_middle_is_noticed(store: Store) -> None:
    store.learn("k", [(f"{n:06}", "x" * 100) for n in range(500)], NOW)
    store.close()
    with open(store.path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (os.path.getsize(store.path) - 4096))
    again = Store(store.path)
    assert again.lines("k", ["000250"], NOW) == {}
    again.learn("k", [("000250", "new")], NOW)
    assert again.lines("k", ["000250"], NOW) == {"000250": "new"}
    assert "made again" in again.warnings[0]


def test_journal_of_a_corrupt_file_does_not_spoil_the_new_one(store: Store) -> None:
    store.learn("k", [("a", "b")], NOW)
    store.close()
    Path(store.path).write_bytes(b"garbage " * 1000)
    Path(store.path + "-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\xff" * 9000)
    again = Store(store.path)
    again.learn("k", [("a", "c")], NOW)
    assert Store(store.path).lines("k", ["a"], NOW) == {"a": "c"}


def test_file_removed_meanwhile_is_made_again(store: Store) -> None:
    store.learn("k", [("a", "b")], NOW)
    os.unlink(store.path)
    assert store.lines("k", ["a"], NOW) == {}
    store.learn("k", [("a", "c")], NOW)
    assert Store(store.path).lines("k", ["a"], NOW) == {"a": "c"}


def test_file_that_stays_locked_is_given_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildrop_py.evidence.store.LOCK_WAIT", 0.05)
    store.learn("k", [("a", "b")], NOW)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    again = Store(store.path)
    assert again.lines("k", ["a"], NOW) == {}
    assert "locked" in again.warnings[0]
    other.close()


def test_child_of_a_fork_opens_the_file_for_itself(store: Store) -> None:
    store.learn("k", [("parent", "")], NOW)
    pid = os.fork()
    if pid == 0:
        try:
            store.learn("k", [("child", "")], NOW)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    store.learn("k", [("later", "")], NOW)
    assert set(store.lines("k", ["parent", "child", "later"], NOW)) == {"parent", "child", "later"}


def _in_a_process(path: str, number: int, begin: int, hold: int) -> int:
    """Forks a delivery that learns three lines and looks them up; returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.close(hold)
        os.read(begin, 1)  # all begin at once, when nobody holds the other end
        store = Store(path)
        store.lines("k", ["shared"], NOW)
        for line in range(3):
            store.learn("k", [(f"{number}.{line}", str(number)), ("shared", str(number))], NOW)
        found = store.lines("k", [f"{number}.{line}" for line in range(3)], NOW)
        not_used = any("not used" in warning for warning in store.warnings)
        status = 0 if len(found) == 3 and not not_used else 2
    finally:
        os._exit(status)


@pytest.mark.parametrize("corrupt", [False, True], ids=["new file", "corrupt file"])
def test_two_hundred_processes_at_once_lose_no_write(store: Store, corrupt: bool) -> None:
    os.makedirs(os.path.dirname(store.path), mode=0o700)
    if corrupt:
        Path(store.path).write_bytes(b"garbage " * 1000)
        os.chmod(store.path, 0o600)
    begin, hold = os.pipe()
    pids = [_in_a_process(store.path, number, begin, hold) for number in range(200)]
    os.close(hold)
    os.close(begin)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert statuses == [0] * 200
    wanted = [f"{number}.{line}" for number in range(200) for line in range(3)]
    assert set(store.lines("k", wanted, NOW)) == set(wanted)
    assert store.warnings == []


def test_threads_share_one_store(store: Store) -> None:
    def write(number: int) -> None:
        store.learn("k", [(str(number), "")], NOW)
        assert store.lines("k", [str(number)], NOW)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.lines("k", map(str, range(50)), NOW)) == 50
    assert store.warnings == []
