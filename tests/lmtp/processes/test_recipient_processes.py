"""Messages are delivered by processes that are their recipients, and cost them alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maildrop_py.lmtp.processes.failure_pauses import FailurePauses, pause
from maildrop_py.lmtp.processes.recipient_processes import LATE, LOST, NOT_STARTED, QUEUE_FULL
from maildrop_py.lmtp.reply import Reply
from tests.support.lmtp.spawning import SpawnerAndWorker

if os.geteuid() != 0:
    pytest.skip("needs root: it becomes other users", allow_module_level=True)

ONE, TWO = 54321, 54322  # nobody has these ids
MakeWorker = Callable[..., SpawnerAndWorker]


@pytest.fixture
def worker() -> Iterator[MakeWorker]:
    opened: list[SpawnerAndWorker] = []

    def make(*function: str, **options: Any) -> SpawnerAndWorker:
        opened.append(SpawnerAndWorker(*function, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def see_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}/exe").is_symlink():
        assert time.monotonic() < end, f"{pid} is still there"
        time.sleep(0.01)


def test_a_user_s_next_message_is_delivered_by_the_same_process(worker: MakeWorker) -> None:
    one = worker()
    (first,), (second,) = one.ask((ONE, "a")), one.ask((ONE, "b"))
    assert first["pid"] == second["pid"]


def test_large_requests_go_in_several_packets(worker: MakeWorker) -> None:
    one = worker("main_that_counts")
    one.ask((ONE, "the process is started"))
    replies = one.ask(*[(ONE, "x" * 60_000)] * 5)
    assert all(reply.endswith(" together") for reply in replies)


def test_users_have_processes_of_their_own(worker: MakeWorker) -> None:
    seen = worker().ask((ONE, "a"), (TWO, "b"), (ONE, "c"))
    assert [x["uids"][0] for x in seen] == [ONE, TWO, ONE]


def test_a_process_that_dies_costs_its_own_message_alone(worker: MakeWorker) -> None:
    one = worker()
    died, fine = one.ask((ONE, "die"), (TWO, "hello"))
    assert died == LOST
    assert fine["uids"][0] == TWO
    (again,) = one.ask((ONE, "hello"))
    assert again["uids"][0] == ONE
    assert any(f"uid {ONE}" in line for line in one.log)


def test_a_process_that_does_not_answer_in_time_is_killed(worker: MakeWorker) -> None:
    one = worker(answer_seconds=0.1)
    (state,) = one.ask((ONE, "hello"))
    stuck, fine = one.ask((ONE, "sleep 600"), (TWO, "hello"), seconds=1)
    assert stuck == LOST
    assert fine["uids"][0] == TWO
    assert not Path(f"/proc/{state['pid']}/exe").is_symlink(), "dead before it was answered"


def test_a_process_that_is_killed_takes_its_programs_with_it(worker: MakeWorker) -> None:
    one = worker(answer_seconds=0.1)
    (pid,) = one.ask((ONE, "start 600"))
    assert Path(f"/proc/{pid}/exe").is_symlink()
    assert one.ask((ONE, "sleep 600"), seconds=1) == [LOST]
    see_gone(int(pid))


def test_a_message_that_waited_too_long_is_never_delivered(worker: MakeWorker) -> None:
    """Those behind a slow one are not even sent to the process: it has enough to do."""
    one = worker(answer_seconds=60)
    slow = [(ONE, "sleep 3")] + [(ONE, "hello")] * 20
    replies = one.ask(*slow, seconds=1)
    assert replies[-1] == LATE
    assert any("waited too long" in line for line in one.log)


def test_a_user_s_queue_has_a_limit_and_others_do_not_feel_it(worker: MakeWorker) -> None:
    one = worker(queue=5)
    replies = one.ask(*[(ONE, "sleep 0.1")] * 8, *[(TWO, "hello")] * 2)
    assert [reply == QUEUE_FULL for reply in replies] == [False] * 5 + [True] * 3 + [False] * 2
    assert any(f"uid {ONE}: 5 messages wait" in line for line in one.log)


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage",
        b"[[250, 1]]",
        b"250 5.0.0 class of the status",
        b"999 9.9.9 no such code",
        b"354 3.0.0 not now",
        b"250 2.0 too short",
        b"550",
        b"\xff\xfe",
        b"25\xc2\xb2 2.0.0 x",
        b"250 2.0.0 " + b"x" * 5000,
        b"[" * 4000,
        b"250 2.0.0 one\n250 2.0.0 more than were asked for",
        b"250 2.0.0 one\n",
        b"\n" * 4000,
    ],
)
def test_what_is_not_an_answer_costs_its_own_user_alone(worker: MakeWorker, answer: bytes) -> None:
    one = worker()
    bad, fine = one.ask((ONE, f"raw {answer.hex()}"), (TWO, "hello"))
    assert bad == LOST
    assert fine["uids"][0] == TWO
    assert any("not an answer" in line for line in one.log)


def test_a_process_that_answers_before_it_is_asked_is_given_up(worker: MakeWorker) -> None:
    one = worker("main_that_babbles")
    (reply,) = one.ask((ONE, "hello"))
    assert reply == "hello" or reply == LOST  # it may even have hit the moment
    one.ask((TWO, "hello"))
    assert any("not an answer" in line for line in one.log)


def test_a_process_that_cannot_start_says_why(worker: MakeWorker) -> None:
    one = worker("main_that_fails")
    assert one.ask((ONE, "hello")) == [NOT_STARTED]
    assert any("for a reason" in line for line in one.log)
    one = worker("no_such_function")
    assert one.ask((ONE, "hello")) == [NOT_STARTED]
    assert any("AttributeError" in line for line in one.log)


def test_a_spawner_that_does_not_answer_is_asked_again_by_the_next_message(
    worker: MakeWorker,
) -> None:
    one = worker(start_seconds=0.2)
    os.kill(one.spawner, signal.SIGSTOP)
    assert one.ask((ONE, "hello")) == [NOT_STARTED]
    os.kill(one.spawner, signal.SIGCONT)
    one.processes._limits = type(one.processes._limits)()
    (seen,) = one.ask((ONE, "hello"))
    assert seen["uids"][0] == ONE


def test_more_users_than_processes_take_turns(worker: MakeWorker) -> None:
    users = [ONE + number for number in range(6)]
    seen = worker(processes=2).ask(*((user, "hello") for user in users))
    assert [x["uids"][0] for x in seen] == users


def test_many_messages_of_one_user_are_delivered_in_order(worker: MakeWorker) -> None:
    seen = worker(queue=100).ask(*((ONE, f"raw {b'250 2.0.0 x'.hex()}") for _ in range(1)))
    seen = worker(queue=100).ask(*((ONE, "hello") for _ in range(100)))
    assert len({x["pid"] for x in seen}) == 1


def test_what_comes_in_one_round_is_one_batch_and_its_answers_are_one_packet(
    worker: MakeWorker,
) -> None:
    one = worker("main_that_counts", queue=100)
    one.ask((ONE, "the process is started"))
    packets: list[int] = []
    process = one.processes._processes[ONE, ONE]
    answered = one.processes._answered
    one.processes._answered = lambda *of: (packets.append(1), answered(*of))  # type: ignore
    assert process.ready
    assert one.ask(*[(ONE, "hello")] * 20) == ["16 together"] * 16 + ["4 together"] * 4
    assert len(packets) == 2


def test_idle_processes_are_stopped_when_rules_change(worker: MakeWorker) -> None:
    one = worker()
    (first,) = one.ask((ONE, "a"))
    one.processes.stop_idle()
    (second,) = one.ask((ONE, "b"))
    assert first["pid"] != second["pid"]
    see_gone(first["pid"])


def test_an_idle_process_is_stopped_after_a_while(worker: MakeWorker) -> None:
    one = worker(idle_seconds=0.5)
    (first,) = one.ask((ONE, "a"))
    one.ask((TWO, "sleep 3"))
    see_gone(first["pid"])


def test_a_new_worker_ends_the_processes_of_the_last_one(worker: MakeWorker) -> None:
    """They may hang with a message whose client has an answer long since."""
    from maildrop_py.lmtp.processes.spawner import FORGET_ALL, ORDER

    one = worker()
    (pid,) = one.ask((ONE, "start 600"))
    one.mine.send(ORDER.pack(FORGET_ALL, 0, 0, 0))
    see_gone(int(pid))


def test_a_user_whose_process_fails_again_and_again_waits_ever_longer() -> None:
    assert pause(1) == 0
    assert [pause(count) for count in (2, 3, 4, 100)] == [2, 4, 8, 30]
    pauses = FailurePauses()
    pauses.failed((ONE, ONE), 10.0)
    assert not pauses.is_paused((ONE, ONE), 10.0)
    pauses.failed((ONE, ONE), 10.0)
    assert pauses.is_paused((ONE, ONE), 11.9) and not pauses.is_paused((TWO, TWO), 11.9)
    assert not pauses.is_paused((ONE, ONE), 12.0)
    pauses.succeeded((ONE, ONE))
    assert not pauses.is_paused((ONE, ONE), 11.0)


def test_a_reply_that_came_before_death_counts(worker: MakeWorker) -> None:
    """The message was delivered: to say otherwise would double it."""
    one = worker(answer_seconds=0.1)
    replies = one.ask((ONE, "hello"), (ONE, "sleep 600"), seconds=1)
    assert isinstance(replies[0], dict) and isinstance(replies[1], Reply)
