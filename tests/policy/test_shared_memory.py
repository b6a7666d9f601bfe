"""Several hosts share one store, which may be away, slow, full, or not write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.policy.shared_memory import AWAY, SharedMemory
from maildrop_py.policy.sqlite_memory import SqliteMemory
from tests.support.policy import Clock, Mail
from tests.support.policy_server import PolicyServer
from tests.support.redis_server import RedisServer

GREY = "rules: [{then: {greylist: {delay: 5min}}}]"
TOLD = "DEFER_IF_PERMIT 4.2.0 Greylisted, come again in "


@pytest.fixture
def redis(place: Path) -> Iterator[RedisServer]:
    server = RedisServer(place)
    yield server
    server.kill()


class Host:
    """One host: its own file, and the shared store."""

    def __init__(self, folder: Path, address: str, clock: Clock) -> None:
        folder.mkdir(mode=0o700)
        self.local = SqliteMemory(str(folder / "greylist.sqlite"))
        self.memory = SharedMemory(address, self.local, clock)
        self.mail = Mail(GREY, self.memory, clock)


@pytest.fixture
def hosts(tmp_path: Path, redis: RedisServer) -> tuple[Clock, Host, Host]:
    clock = Clock()
    one, other = (Host(tmp_path / name, redis.address, clock) for name in ("a", "b"))
    return clock, one, other


def test_who_was_told_by_one_host_may_come_to_another(hosts: tuple[Clock, Host, Host]) -> None:
    clock, one, other = hosts
    assert one.mail.send() == TOLD + "300 seconds"
    clock.now += 100
    assert other.mail.send() == TOLD + "200 seconds"
    clock.now += 200
    assert other.mail.send() == "DUNNO"
    assert one.local.count() == 0, "nothing is kept twice"


def test_who_proved_itself_to_one_is_proven_for_all(hosts: tuple[Clock, Host, Host]) -> None:
    clock, one, other = hosts
    for sender in ("a@b.c", "d@e.f"):
        one.mail.send(sender=sender)
        clock.now += 400
        assert one.mail.send(sender=sender) == "DUNNO"
    assert other.mail.send(sender="new@x.y") == "DUNNO"


def test_where_the_store_is_away_the_local_file_takes_over(
    hosts: tuple[Clock, Host, Host], redis: RedisServer
) -> None:
    clock, one, _ = hosts
    redis.kill()
    assert one.mail.send() == TOLD + "300 seconds"
    assert any("local file" in warning for warning in one.memory.warnings)
    clock.now += 300
    assert one.mail.send() == "DUNNO"


def test_a_store_that_comes_back_makes_nobody_wait_again(
    hosts: tuple[Clock, Host, Host], redis: RedisServer
) -> None:
    clock, one, _ = hosts
    redis.kill()
    assert one.mail.send().startswith(TOLD)
    redis.start()
    clock.now += 300
    assert clock.now > AWAY and one.mail.send() == "DUNNO"


@pytest.mark.parametrize(
    "trouble",
    [
        ("REPLICAOF", "127.0.0.1", "1"),  # read-only
        ("CONFIG", "SET", "maxmemory", "1"),  # full
    ],
)
def test_a_store_that_reads_and_does_not_write_ends_every_wait(
    hosts: tuple[Clock, Host, Host], redis: RedisServer, trouble: tuple[str, ...]
) -> None:
    """rspamd, asked so, defers for ever: it trusts what it wrote."""
    clock, one, _ = hosts
    redis.say(*trouble)
    assert one.mail.send() == TOLD + "300 seconds"
    assert any("does not write" in warning for warning in one.memory.warnings)
    clock.now += 300
    assert one.mail.send() == "DUNNO"


def test_a_store_that_is_slow_is_left_alone(
    hosts: tuple[Clock, Host, Host], redis: RedisServer
) -> None:
    _clock, one, _ = hosts
    redis.suspend(2)
    assert one.mail.send() == TOLD + "300 seconds"
    assert one.mail.send() == TOLD + "300 seconds", "it is not asked again at once"


def test_where_both_stores_are_away_mail_passes(
    hosts: tuple[Clock, Host, Host], redis: RedisServer, tmp_path: Path
) -> None:
    _, one, _ = hosts
    redis.kill()
    (tmp_path / "a").chmod(0o777)
    assert one.mail.send() == "DUNNO"


def test_two_servers_share_one_store(redis: RedisServer, place: Path) -> None:
    text = f"store: {redis.address}\nrules: [{{then: {{greylist: {{delay: 1h}}}}}}]\n"
    servers = []
    for name in ("one", "other"):
        (place / name).mkdir()
        servers.append(PolicyServer(place / name, text, "--offline"))
    try:
        assert servers[0].ask().endswith("in 3600 seconds")
        said = servers[1].ask(instance="2.2.2.0")
        assert said.startswith(TOLD)
        assert b"maildrop-py:g:" in redis.say("KEYS", "*")
    finally:
        for one in servers:
            one.stop()
    assert servers[1].log()[-1]["outcome"] == "early"
