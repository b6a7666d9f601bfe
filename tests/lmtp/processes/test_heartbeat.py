"""A worker's beat is seen by who forked it, and given by nobody else."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import time
from collections.abc import Callable

from maildrop_py.lmtp.processes.heartbeat import Heartbeats


def ended(act: Callable[[], None]) -> int:
    """The exit status of a child that does this; of a signal its number below 0."""
    pid = os.fork()
    if pid == 0:
        faulthandler.disable()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_beat_is_seen_by_the_supervisor() -> None:
    beats, before = Heartbeats(2), time.monotonic()
    assert ended(lambda: beats.beat(1)) == 0
    assert beats.last(0) == 0.0 and before <= beats.last(1) <= time.monotonic()


def test_what_a_worker_forks_cannot_beat_for_it() -> None:
    beats = Heartbeats(1)
    beats.keep_from_children()
    assert ended(lambda: beats.beat(0)) == -signal.SIGSEGV
    assert beats.last(0) == 0.0
