"""shared: the same as the file, in a real Redis; away is unknown, and several hosts may learn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.evidence.bayes import shared
from maildrop_py.evidence.bayes.learning import ALREADY, CORRECTED, FORGOTTEN, LEARNT, Learning
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


def test_a_server_that_is_away_is_said_and_nothing_is_known(redis: RedisServer) -> None:
    store = SharedBayes(redis.address, "ann")
    store.teach(lessons(1, 4), NOW)
    redis.kill()
    assert store.known([1]) is None and store.teach(lessons(5, 2), NOW) is None
    assert not store.usable and "not at hand" in store.warnings[0]
