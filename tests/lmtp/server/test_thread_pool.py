"""Calls that may take long are made, or it is known at once that they will not be."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from threading import Barrier, Event

import pytest

from maildrop_py.lmtp.server import thread_pool as threads
from maildrop_py.lmtp.server.thread_pool import FAILED, ThreadPool
from tests.support.waiting import wait_until

WAITING = 30  # seconds
ROOT = Path(__file__).resolve().parents[3]


def test_all_calls_are_made_before_it_closes() -> None:
    made: SimpleQueue[int] = SimpleQueue()
    several = ThreadPool(3)
    for number in range(50):
        several.submit(made.put, number)
    several.close()
    assert sorted(made.get() for _ in range(made.qsize())) == list(range(50))


def test_calls_that_wait_for_each_other_are_all_let_in_while_the_processor_is_idle() -> None:
    meeting = Barrier(5)
    several = ThreadPool(5, eager=1)
    for _ in range(5):
        several.submit(meeting.wait, WAITING)
    several.close()
    assert not meeting.broken


def test_while_the_processor_is_busy_no_more_than_the_eager_ones_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = count()
    monkeypatch.setattr(threads, "process_time", lambda: float(next(seconds)))
    running, several = [0], ThreadPool(8, eager=2)
    seen: SimpleQueue[int] = SimpleQueue()

    def call() -> None:
        running[0] += 1
        time.sleep(0.01)
        seen.put(running[0])
        running[0] -= 1

    for _ in range(20):
        several.submit(call)
    assert max(seen.get(timeout=WAITING) for _ in range(20)) == 2
    several.close()


def test_a_call_made_after_a_rest_is_made_too() -> None:
    made: SimpleQueue[int] = SimpleQueue()
    several = ThreadPool(3, eager=1)
    for number in range(20):
        several.submit(made.put, number)
        assert made.get(timeout=WAITING) == number
    several.close()


def test_where_nothing_was_to_be_done_there_is_nothing_to_close() -> None:
    ThreadPool(3).close()


def test_a_call_for_which_there_is_no_thread_is_never_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: SimpleQueue[int] = SimpleQueue()
    several = ThreadPool(2)
    with monkeypatch.context() as poor:
        poor.setattr(threads, "start_new_thread", _refused)
        with pytest.raises(RuntimeError):
            several.submit(made.put, 1)
    several.submit(made.put, 2)
    several.close()
    assert (made.qsize(), made.get()) == (1, 2)


def test_threads_that_die_at_their_first_step_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: SimpleQueue[int] = SimpleQueue()
    several = ThreadPool(2)
    with monkeypatch.context() as dying:
        dying.setattr(threads, "FIRST_STEP", 0.01)
        dying.setattr(threads, "start_new_thread", lambda *_: 1)
        with pytest.raises(RuntimeError):
            several.submit(made.put, 1)
    several.submit(made.put, 2)
    assert made.get(timeout=WAITING) == 2, "there are threads by now"
    several.close()


def test_who_has_nothing_to_do_looks_for_nothing() -> None:
    """Or an idle server would wake up 250 times a second."""
    several, done = ThreadPool(3, eager=1), Event()
    for _ in range(3):
        several.submit(done.wait, WAITING)
    wait_until(lambda: several._watched, "somebody watches whether more are to run")
    done.set()
    wait_until(lambda: not several._watched, "nobody watches")
    several.close()


def test_a_call_that_raises_ends_the_process() -> None:
    program = "\n".join(
        (
            "import time",
            "from maildrop_py.lmtp.server.thread_pool import ThreadPool",
            "ThreadPool(1).submit(lambda: 1 // 0)",
            "time.sleep(60)",
        )
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False
    )
    assert ran.returncode == FAILED
    assert b"ZeroDivisionError" in ran.stderr


def _refused(*_: object) -> int:
    raise RuntimeError("can't start new thread")
