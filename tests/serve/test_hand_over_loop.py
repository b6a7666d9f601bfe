"""The main loop of the native hook's server: whom it starts, hears and lets go."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from maildrop_py.serve import hand_over

UID = 4711  # nobody has it


@pytest.fixture
def doorkeeper(tmp_path: Path) -> Iterator[hand_over.HandOver]:
    """The server's main loop, which is not run."""
    said: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        yield hand_over.HandOver(listener, lambda arguments, environ, delivered: 0, said.append)


def test_a_process_with_the_descriptor_of_one_that_was_killed_is_not_waited_for(
    doorkeeper: hand_over.HandOver,
) -> None:
    """Users can kill their idle process just as a message comes: another one takes its place,
    and its descriptor, before the end of the first is heard of."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    waited = threading.Timer(3, theirs.close)  # where it would be waited for
    waited.start()
    child = hand_over._Child(1, UID, ours)
    doorkeeper._children[ours.fileno()] = child
    doorkeeper._wakes.register(ours, 0)
    doorkeeper._tells.register(ours)
    doorkeeper._hear(child)
    assert doorkeeper._children == {ours.fileno(): child}
    waited.cancel()
    theirs.close()
    doorkeeper._hear(child)
    assert doorkeeper._children == {}


def test_who_connects_all_the_time_does_not_keep_the_server_busy(
    doorkeeper: hand_over.HandOver,
) -> None:
    most = hand_over.STARTS
    assert [doorkeeper._may_start(UID) for _ in range(most + 2)] == [True] * most + [False] * 2
    assert doorkeeper._may_start(UID + 1)


@contextmanager
def children(doorkeeper: hand_over.HandOver, *idle_since: float | None) -> Iterator[None]:
    """Processes of as many users, which are idle since then, or busy."""
    with ExitStack() as opened:
        for number, since in enumerate(idle_since):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            child = hand_over._Child(1, UID + number, opened.enter_context(ours))
            opened.enter_context(theirs)
            child.idle_since = since
            doorkeeper._children[ours.fileno()] = child
            doorkeeper._wakes.register(ours, 0)
            doorkeeper._tells.register(ours)
        yield


def test_no_more_are_delivered_for_at_once_than_it_may(doorkeeper: hand_over.HandOver) -> None:
    uid = os.geteuid() or UID + 7
    with children(doorkeeper, None, None, 1.0):
        for most, refused in ((3, ""), (2, "2 deliveries are under way")):
            doorkeeper._all = most
            assert refused in doorkeeper._refusal(uid)
            assert bool(refused) == bool(doorkeeper._refusal(uid))


def test_of_too_many_processes_those_go_that_were_idle_longest(
    doorkeeper: hand_over.HandOver,
) -> None:
    now = time.monotonic()
    doorkeeper._all = 3
    with children(doorkeeper, now - 1, None, now - 3, now - 2, now - hand_over.IDLE - 10):
        doorkeeper._let_go()
        assert [child.uid - UID for child in doorkeeper._children.values()] == [0, 1, 3]
        doorkeeper._let_go()
        assert len(doorkeeper._children) == 3
