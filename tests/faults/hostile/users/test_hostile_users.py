"""A hostile user of a shared server: the others' mail is theirs, unchanged, and on time.

"On time" is shown by order, not by a clock: while the hostile user's message is held
up, all of the others' are delivered.
"""

from __future__ import annotations

import os
import pty
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.hostile.users.attacks import ANNA, EVE, FILES, PROGRAMS, run_program, write_rules
from tests.faults.hostile.users.shared_server import LIMITS, SharedServer, message, needs_root
from tests.support.serving.lmtp_client import Answer

pytestmark = pytest.mark.skipif(needs_root(), reason="needs root, to start a server as root")


@pytest.fixture
def shared(place: Path) -> Iterator[SharedServer]:
    (place / "shared").mkdir()
    (place / "shared").chmod(0o755)
    yield SharedServer(place / "shared")
    for process in _children_of_uid(EVE):  # what may go on by itself, as after a login
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def see_others_served(shared: SharedServer) -> None:
    """A message for the hostile user, for all, and others for the rest meanwhile."""
    first = shared.later(message(0), "eve")
    together = shared.later(message(1), "anna", "eve", "bert")
    for number in range(2, 12):
        shared.send(message(number, "for anna alone"), "anna")
        shared.send(message(number, "for bert alone"), "bert")
    for one in (first, together):
        one.result()
    shared.send(message(12), "bert", "anna")


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_program_of_one_user_costs_that_user_alone(
    what: str, command: Path, shared: SharedServer
) -> None:
    run_program(shared.eve, what)
    with shared.run(command):
        see_others_served(shared)


@pytest.mark.parametrize("name", FILES)
def test_files_of_one_user_cost_that_user_alone(
    name: str, command: Path, shared: SharedServer
) -> None:
    FILES[name](shared.eve)
    with shared.run(command):
        see_others_served(shared)


@pytest.mark.parametrize("lines", [1, 5000])
def test_a_message_to_several_cannot_be_changed_by_one_of_them(
    lines: int, command: Path, shared: SharedServer
) -> None:
    """The other one is still busy with another message, and reads this one later."""
    run_program(shared.eve, "tamper")
    busy = "[{when: {command: [/bin/sleep, '2']}, then: {file: Busy}}]"
    write_rules(shared.homes / "anna", f"allow_commands: true\nrules: {busy}")
    with shared.run(command, ("--workers=1",)):
        first = shared.later(message(0), "anna")
        while len(_children_of_uid(ANNA)) < 2:
            time.sleep(0.01)
        shared.send(message(1, "true\n" * lines), "eve", "anna")
        first.result()
    assert not (shared.eve / "succeeded").exists()


def test_while_one_user_s_process_hangs_the_others_get_their_mail(
    command: Path, shared: SharedServer
) -> None:
    run_program(shared.eve, "stop")
    with shared.run(command):
        hanging = shared.later(message(0), "eve")
        for number in range(1, 21):
            shared.send(message(number), "anna", "bert")
        assert not hanging.done(), "the hostile user's message was to hang all the time"
        assert hanging.result()["eve"] is not Answer.DONE
        assert f"uid {EVE}: its process is given up" in shared.log


def test_slow_programs_are_delivered_once_or_not_at_all(
    command: Path, shared: SharedServer
) -> None:
    """What got 4xx is not there: the mail server sends it again, and it would be doubled."""
    slow = "[{when: {command: [/bin/sleep, '4']}, then: {file: Evil}}]"
    write_rules(shared.eve, f"allow_commands: true\nrules: {slow}")
    with shared.run(command):
        waiting = [shared.later(message(number), "eve") for number in range(12)]
        shared.send(message(100), "anna", "bert")
        outcomes = [one.result()["eve"] for one in waiting]
    assert Answer.UNANSWERED not in outcomes
    assert 1 <= outcomes.count(Answer.DONE) < 12
    assert len(shared.mail_of("eve")) == outcomes.count(Answer.DONE)


def test_slow_answers_do_not_make_delivered_mail_come_again(
    command: Path, shared: SharedServer
) -> None:
    """They are sent after the delivery; many together would take longer than the server waits."""
    notify = "notify: {program: [/bin/sleep, '30'], text: a message}"
    write_rules(shared.eve, f"allow_commands: true\nrules: [{{then: {{file: Evil, {notify}}}}}]")
    with shared.run(command, ("--deadline=2", "--workers=1")):
        waiting = [shared.later(message(number), "eve") for number in range(12)]
        shared.send(message(100), "anna", "bert")
        outcomes = [one.result()["eve"] for one in waiting]
    assert outcomes.count(Answer.DONE) == len(shared.mail_of("eve")) >= 1


def test_a_users_process_shares_no_memory_with_the_server(
    command: Path, shared: SharedServer
) -> None:
    """Neither the page of heartbeats nor the counters: it could stop others, or say untruths."""
    with shared.run(command):
        shared.send(message(0), "eve")
        (process,) = _children_of_uid(EVE)
        maps = Path(f"/proc/{process}/maps").read_text().splitlines()
        assert not [
            line for line in maps if line.split()[1].startswith("rw") and "s" in line.split()[1]
        ]
        files = {os.readlink(it) for it in Path(f"/proc/{process}/fd").iterdir()}
        others = [it for it in files if it != "/dev/null" and not it.startswith("socket:")]
        assert others == []
        assert len(files) <= 3, "one channel, and the message of the moment"


def test_a_full_queue_is_refused_at_once_and_said(command: Path, shared: SharedServer) -> None:
    run_program(shared.eve, "sleep")
    with shared.run(command, ("--deadline=10", "--queue=3")):
        waiting = [shared.later(message(number), "eve") for number in range(3)]
        while not _children_of_uid(EVE):
            time.sleep(0.01)
        time.sleep(0.5)
        for number in range(3, 8):
            assert shared.send(message(number), "eve")["eve"] is Answer.DEFERRED
        assert not any(one.done() for one in waiting), "those were refused before these"
        shared.send(message(100), "anna", "bert")
        assert f"uid {EVE}: 3 messages wait" in shared.log
        for one in waiting:
            assert one.result()["eve"] is not Answer.DONE
    assert not _children_of_uid(EVE), "its programs were ended with it"


def test_nothing_is_typed_into_the_terminal_of_root(command: Path, shared: SharedServer) -> None:
    run_program(shared.eve, "terminal")
    shared.give_away()
    pid, terminal = pty.fork()
    if pid == 0:
        script = "tests.faults.hostile.users.in_terminal"
        os.execv(sys.executable, [sys.executable, "-m", script, str(command), str(shared.place)])
    shown = b""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # it has ended
        pass
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0, shown
    assert (shared.place / "typed").read_bytes() == b""
    assert (shared.place / "terminals").read_text() == "", "a process of the server has it"
    assert len(shared.mail_of("eve")) == 1, "the program did run"


def _children_of_uid(uid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and entry.stat().st_uid == uid:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
        except OSError:
            continue
    return found


def test_mail_bombs_for_one_user_hold_up_nobody(command: Path, shared: SharedServer) -> None:
    write_rules(shared.eve, "rules: [{when: {body: secret}, then: {file: Evil}}]")
    bomb = message(0) + b"Content-Type: multipart/mixed; boundary=b0\n\n"
    bomb = b"From: a@example.org\nMIME-Version: 1.0\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for depth in range(300)
    )
    bomb += b"\n" * 1_000_000
    with shared.run(command, (*LIMITS, "--workers=1")):
        bombs = [shared.later(bomb, "eve") for _ in range(4)]
        for number in range(10):
            shared.send(message(number), "anna", "bert")
        for one in bombs:
            one.result()
