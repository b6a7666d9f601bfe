"""shared: the same as the file, in a real Redis; away is unknown, and several hosts may learn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.evidence import shared_store
from maildrop_py.evidence.bayes import local_copy, shared
from maildrop_py.evidence.bayes.learning import ALREADY, CORRECTED, FORGOTTEN, LEARNT, Learning
from maildrop_py.evidence.bayes.local_copy import LocalCopy
from maildrop_py.evidence.bayes.shared import RedisPlace, SharedBayes
from maildrop_py.evidence.bayes.store import BayesStore, key_of
from maildrop_py.evidence.redis_client import RedisClient
from maildrop_py.record import replace
from tests.evidence.bayes.test_store import NOW, lesson, lessons
from tests.support.redis_server import RedisServer


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.kill()


def test_it_learns_as_the_file_does(redis: RedisServer, tmp_path: Path) -> None:
    file = BayesStore(str(tmp_path / "state" / "bayes.sqlite"))
    there = SharedBayes(redis.address, "ann")
    keys = [key_of(word) for word in ("spam", "ham", "both", "only 3", "never")]
    for store in (file, there):
        assert store.teach(lessons(1, 60), NOW) == [LEARNT] * 60
        assert store.teach([lesson(1, True)], NOW) == [ALREADY]
        assert store.teach([replace(lesson(2, False), is_spam=True)], NOW) == [CORRECTED]
    assert there.known(keys) == file.known(keys)
    assert there.status() == file.status()
    assert there.kind(key_of("<1@example>")) is True
    assert there.kind(key_of("<99@example>")) is None


def test_what_is_taken_back_leaves_all_as_it_was(redis: RedisServer) -> None:
    store = SharedBayes(redis.address, "ann")
    store.teach(lessons(1, 60), NOW)
    keys = [key_of(word) for word in ("spam", "ham", "both", "only 100")]
    before = store.known(keys)
    store.teach([lesson(100, True), lesson(101, False)], NOW)
    assert store.take_back([lesson(101, False), lesson(100, True)]) == [FORGOTTEN] * 2
    assert store.known(keys) == before


def test_owners_know_nothing_of_each_other(redis: RedisServer) -> None:
    SharedBayes(redis.address, "ann").teach(lessons(1, 4), NOW)
    found = SharedBayes(redis.address, "bob").known([key_of("spam")])
    assert found is not None and found[1] == {} and found[0].spam == 0


def test_hosts_that_learn_at_once_lose_nothing(redis: RedisServer) -> None:
    place = RedisPlace(RedisClient(redis.address, 5), "ann")
    place.watch()
    learning = Learning(place)
    learning.learn([lesson(1, True)], int(NOW))
    learning.write()
    SharedBayes(redis.address, "ann").teach([lesson(2, True)], NOW)
    assert not place.commit(), "another host was faster"


def test_it_stays_bounded(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "MOST_TOKENS", 1000)
    store = SharedBayes(redis.address, "ann")
    for start in range(0, 1000, 50):
        words = [[f"w{number}-{each}" for each in range(10)] for number in range(start, start + 50)]
        store.teach([lesson(start + n, n % 2 == 0, w) for n, w in enumerate(words)], NOW)
    status = store.status()
    assert status is not None and status.tokens <= 1000 + 250 * 12


@pytest.fixture
def store(
    redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SharedBayes]:
    """Of a host that taught 60 messages, and asks again at once after the server was away."""
    monkeypatch.setattr(shared_store, "AWAY", 0.0)
    local = LocalCopy(str(tmp_path / "state" / "bayes.sqlite"))
    store = SharedBayes(redis.address, "ann", local)
    store.teach(lessons(1, 60), NOW)
    yield store
    store.close()


def test_a_server_that_is_away_is_said_and_the_local_file_judges(
    redis: RedisServer, store: SharedBayes
) -> None:
    there = store.known([key_of("spam")])
    redis.kill()
    assert store.known([key_of("spam")]) == there
    assert store.kind(key_of("<1@example>")) is True
    assert store.usable and "local file" in store.warnings[0]


def test_a_server_that_hangs_is_not_asked_again_for_a_while(
    redis: RedisServer, store: SharedBayes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_store, "AWAY", 60.0)
    redis.suspend(60)
    for number in range(50):
        assert store.known([key_of("spam")]) is not None
        assert store.teach([lesson(100 + number, True)], NOW) == [LEARNT]
    assert len(store.warnings) == 1, "it was asked once, or each would wait"


def test_what_is_taught_meanwhile_the_server_hears_later(
    redis: RedisServer, store: SharedBayes, tmp_path: Path
) -> None:
    redis.kill()
    assert store.teach([lesson(100, True), lesson(101, False)], NOW) == [LEARNT] * 2
    assert store.take_back([lesson(100, True)]) == [FORGOTTEN]
    redis.start()
    other = SharedBayes(redis.address, "ann")
    assert store.teach([lesson(102, True)], NOW) == [LEARNT]
    assert other.kind(lesson(101, False).message) is False
    assert other.kind(lesson(102, True).message) is True
    assert other.kind(lesson(100, True).message) is None
    store.teach([lesson(103, True)], NOW)
    assert store.teach([lesson(101, False)], NOW) == [ALREADY], "each was told once"


def test_what_waits_is_bounded(
    redis: RedisServer, store: SharedBayes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_copy, "MOST_WAITING", 10)
    redis.kill()
    store.teach(lessons(100, 50), NOW)
    redis.start()
    store.teach([lesson(200, True)], NOW)
    found = store.known([key_of("spam")])
    assert found is not None and found[0].spam + found[0].ham == 11


@pytest.mark.parametrize("value", [b"", b"x", b"1 2", b"1 2 3 x", b"9" * 4000 + b" 1 1 1", b"\xff"])
def test_what_others_write_into_the_store_is_no_number_of_ours(
    redis: RedisServer, store: SharedBayes, value: bytes
) -> None:
    there = store.known([key_of("spam")])
    client = RedisClient(redis.address)
    (keys,) = client.ask(("KEYS", "maildrop-py:b:*:tokens"))
    assert isinstance(keys, list) and len(keys) == 1
    client.ask(("HSET", keys[0], key_of("spam"), value))
    assert store.known([key_of("spam")]) == there, "the local file judges"
    assert "something that is not the filter's" in store.warnings[0]
