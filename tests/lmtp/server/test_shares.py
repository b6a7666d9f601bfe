"""Sessions of local users: nobody can have them all, and the mail server waits instead of a 421."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maildrop_py.lmtp.server.shares import UNKNOWN, Shares, User
from tests.lmtp.conftest import Served, Talk
from tests.support.waiting import wait_until

ROOT, OWNER = User(0, True), User(105, True)
ANNA, EVE = User(1001), User(1002)


def taken(shares: Shares, user: User) -> int:
    """How many sessions the user gets."""
    number = 0
    while not shares.has_enough(user):
        shares.take(user)
        number += 1
    return number


@pytest.mark.parametrize("greedy", [ROOT, OWNER, User(UNKNOWN, True)])
def test_whoever_is_trusted_leaves_an_eighth_to_others(greedy: User) -> None:
    shares = Shares(200, 150)
    assert taken(shares, greedy) == 200
    assert shares.total - 200 == 25
    assert taken(shares, ANNA) == 150


def test_other_users_together_leave_an_eighth_to_the_mail_server() -> None:
    shares = Shares(200, 150)
    assert (taken(shares, ANNA), taken(shares, EVE)) == (150, 50)
    assert shares.has_enough(User(1003)) == "uid 1003 and other users have 200 sessions"
    assert shares.has_enough(OWNER) == ""


def test_what_is_given_back_may_be_taken_again() -> None:
    shares = Shares(16, 4)
    assert taken(shares, EVE) == 4
    assert shares.has_enough(EVE) == "uid 1002 has 4 sessions"
    shares.give_back(EVE)
    assert taken(shares, EVE) == 1


def test_a_single_session_is_anybodys() -> None:
    assert taken(Shares(1, 1), ROOT) == taken(Shares(1, 1), ANNA) == 1


def test_who_has_most_is_told() -> None:
    shares = Shares(16, 4)
    shares.take(User(UNKNOWN, True))
    taken(shares, EVE)
    assert str(shares) == "uid 1002 has 4, TCP has 1"


# With a real server and real users

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be several users")


@pytest.fixture
def door(serve: Callable[..., Served]) -> Iterator[Served]:
    """A server whose socket everybody may use and uid 105 owns: 16 sessions, 4 for each uid."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = f"{folder}/s"
        limits = {"sessions": 16, "sessions_of_uid": 4}
        served = serve(socket=path, mode=0o666, limits=limits)
        served.path = path
        wait_until(lambda: Path(path).exists(), "it listens")
        os.chown(path, 105, 105)
        yield served
        served.end()


@contextmanager
def as_uid(uid: int) -> Iterator[None]:
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


def connected(served: Served, uid: int, number: int) -> list[Talk]:
    with as_uid(uid):
        return [served.talk() for _ in range(number)]


@needs_root
@pytest.mark.parametrize("uid", [0, 105])
def test_root_and_the_owner_leave_room_and_wait_for_more(door: Served, uid: int) -> None:
    first = connected(door, uid, 16)
    assert all(talk.reply().startswith("220 ") for talk in first)
    (late,) = connected(door, uid, 1)
    (other,) = connected(door, 1001, 1)
    assert other.reply().startswith("220 "), "others have room while this one waits"
    late.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        late.socket.recv(1)
    late.socket.settimeout(20)
    first[0].close()
    assert late.reply().startswith("220 ")
    assert f"uid {uid} has 16 sessions, another waits" in door.errors.read_text()


@needs_root
def test_another_user_is_refused_above_the_share(door: Served) -> None:
    first = connected(door, 1001, 4)
    assert all(talk.reply().startswith("220 ") for talk in first)
    (late,) = connected(door, 1001, 1)
    assert late.reply().startswith("421 4.7.0 ")
    assert "uid 1001 has 4 sessions, another is refused" in door.errors.read_text()


@needs_root
def test_all_others_together_leave_room_for_the_mail_server(door: Served) -> None:
    held = [talk for uid in range(1001, 1006) for talk in connected(door, uid, 4)]
    assert sum(talk.reply().startswith("220 ") for talk in held) == 16
    owners = connected(door, 105, 2)
    assert all(talk.reply().startswith("220 ") for talk in owners)
    wait_until(lambda: "all 18 sessions are in use" in door.errors.read_text(), "it is told")
    assert "uid 1001 has 4" in door.errors.read_text()


@needs_root
def test_many_who_wait_and_go_are_no_trouble(door: Served) -> None:
    """As when a mail server with many deliveries is killed: all end at the same moment."""
    held = connected(door, 105, 30)
    assert all(talk.reply().startswith("220 ") for talk in held[:16])
    for talk in reversed(held):
        talk.close()
    (last,) = connected(door, 105, 1)
    last.greet()
    last.send(b"text\r\n.\r\n")
    assert last.reply().startswith("250 ")
    assert "ended with" not in door.errors.read_text()


@needs_root
def test_who_waits_is_told_when_the_server_stops(door: Served) -> None:
    held = connected(door, 105, 17)
    assert all(talk.reply().startswith("220 ") for talk in held[:16])
    assert held[0].say("LHLO c")[0].startswith("250 ")
    assert door.stop() == 0
    assert held[16].reply().startswith("421 4.3.2 ")
