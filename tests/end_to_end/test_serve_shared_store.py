"""Hosts that run `serve` and share a Redis (`store:`): a duplicate is known on each of them.

Two hosts are one server after another with the same paths, of which the second finds none of
the first one's files: they have nothing in common but Redis. Once the workers deliver, as for
users without accounts; as root also each user's own process.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.redis_server import RedisServer
from tests.support.serving.homes import Homes
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server

USERS = ("anna", "bert")
PROGRAM = [sys.executable, "-m", "maildrop_py", "serve", "--log", "none"]
IS_ROOT = os.geteuid() == 0


class Site:
    """A place for servers that deliver to two users, each with rules of their own."""

    def __init__(self, place: Path, accounts: bool, address: str) -> None:
        self.place, self.accounts = place, accounts
        self.folder = place / "homes"
        self.homes = Homes(self.folder, USERS, own_uids=accounts)
        self._rules = (
            f"store: {address}\n"
            "rules: [{name: twice, when: {duplicate: true}, then: {file: Twice}}]\n"
        )
        self.new_disk()

    def new_disk(self) -> None:
        """As on another host: the same users and rules, and nothing else."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.homes.make()
        for user in USERS:
            rules = self.folder / user / "rules.yaml"
            rules.write_text(self._rules)
            rules.chmod(0o600)
        self.homes.give_away()
        self.homes.write_users(self.place / "users")

    def server(self) -> Server:
        """A server of two workers."""
        if self.accounts:
            whose = ["--users", str(self.place / "users"), "--rules", "{home}/rules.yaml"]
            return Server([*PROGRAM, *whose], self.place, workers=2, as_root=True)
        places = {"maildir": "Maildir", "rules": "rules.yaml", "state": "state"}
        whose = [f"--{name}={self.folder}/{{user}}/{it}" for name, it in places.items()]
        uid = next(iter(self.homes.uids.values())) if IS_ROOT else None
        return Server([*PROGRAM, *whose], self.place, uid, workers=2)

    def found(self, user: str) -> tuple[int, int]:
        """How many messages the user has in INBOX, and how many in Twice."""
        maildir = self.folder / user / "Maildir"
        return len([*maildir.glob("new/*")]), len([*maildir.glob(".Twice/new/*")])


def letter(number: int) -> bytes:
    return f"Message-ID: <{number}@a.example>\nSubject: x\n\nx\n".encode()


def deliver(server: Server, number: int, *users: str) -> None:
    answers = hand_over(server.socket, letter(number), [f"{user}@mx.example" for user in users])
    assert set(answers.values()) == {Answer.DONE}, server.log.read_text()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that users may enter, with a short name, as sockets need."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def redis(place: Path) -> Iterator[RedisServer]:
    server = RedisServer(place)
    yield server
    server.kill()


@pytest.fixture(params=["workers", "accounts"])
def site(request: pytest.FixtureRequest, place: Path, redis: RedisServer) -> Site:
    if request.param == "accounts" and not IS_ROOT:
        pytest.skip("needs root, to deliver as each user")
    return Site(place, request.param == "accounts", redis.address)


def test_a_duplicate_is_known_on_another_host_and_is_each_users_own(site: Site) -> None:
    with site.server() as server:
        deliver(server, 1, "anna")
        deliver(server, 2, "anna", "bert")
        assert site.found("anna") == (2, 0)
    site.new_disk()
    with site.server() as server:
        deliver(server, 1, "anna", "bert")
        deliver(server, 2, "anna")
        assert site.found("anna") == (0, 2)
        assert site.found("bert") == (1, 0), "what anna got is no duplicate of bert's"


@pytest.mark.parametrize("trouble", ["away", "slow", "full", "read-only"])
def test_with_the_store_in_trouble_mail_arrives_at_worst_twice(
    site: Site, redis: RedisServer, trouble: str
) -> None:
    with site.server() as server:
        deliver(server, 1, "anna")
        if trouble == "away":
            redis.kill()
        elif trouble == "slow":
            redis.suspend(20)
        elif trouble == "full":
            redis.say("CONFIG", "SET", "maxmemory", "1")
        else:
            redis.say("REPLICAOF", "127.0.0.1", "1")
        deliver(server, 1, "anna")
        deliver(server, 2, "anna")
        deliver(server, 2, "anna")
        inbox, twice = site.found("anna")
    assert inbox + twice == 4, "nothing is lost"
    assert twice >= 1, "the local file knows what was delivered while the store was away"
    assert inbox <= 3


def test_mail_goes_on_where_there_never_was_a_store(site: Site, redis: RedisServer) -> None:
    redis.kill()
    with site.server() as server:
        deliver(server, 1, "anna", "bert")
        deliver(server, 1, "anna")
        assert site.found("anna") == (1, 1)
        assert site.found("bert") == (1, 0)
