"""A server leaves the terminal that it was started from, and still obeys who sits there."""

from __future__ import annotations

import os
import pty
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from maildrop_py.lmtp.processes.supervisor import Supervisor
from maildrop_py.lmtp.processes.terminal import leave_terminal
from maildrop_py.systemd import ServiceManager
from tests.support.waiting import wait_until


def has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


class InTerminal:
    """A program that was started from a shell in a terminal of its own: its first process."""

    def __init__(self, pid: int, terminal: int) -> None:
        self.pid, self.terminal = pid, terminal
        self.shown = b""

    def key(self, character: bytes) -> None:
        os.write(self.terminal, character)

    def wait(self) -> int:
        """Its exit status; what it shows is read."""
        with suppress(OSError):  # it has ended
            while piece := os.read(self.terminal, 4096):
                self.shown += piece
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextmanager
def in_terminal(server: Callable[[], None]) -> Iterator[InTerminal]:
    """`server` in a process group of its own in the foreground, as a shell starts it."""
    pid, terminal = pty.fork()
    if pid == 0:
        status = 1
        with suppress(BaseException):
            job = os.fork()
            if job == 0:
                os.setpgid(0, 0)
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                os.tcsetpgrp(0, os.getpid())
                status = 70
                server()
                status = 0
            else:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, lambda *_: os.kill(job, signal.SIGTERM))
                signal.signal(signal.SIGHUP, lambda *_: os.kill(job, signal.SIGKILL))
                status = os.waitstatus_to_exitcode(os.waitpid(job, 0)[1])
        os._exit(status % 256)
    try:
        yield InTerminal(pid, terminal)
    finally:
        os.close(terminal)


def serving(place: Path) -> Callable[[], None]:
    """A server with two workers; each writes its session and whether it has a terminal."""

    def work(number: int, beat: Callable[[], None]) -> None:
        stopped: list[int] = []
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, lambda *_: stopped.append(1))
        signal.signal(
            signal.SIGHUP, lambda *_: (place / f"reloaded{number}").write_text("") and None
        )
        told = f"{os.getsid(0)} {has_terminal()} {os.isatty(1)} {os.isatty(2)} {os.getppid()}"
        (place / f"made{number}").write_text(told)
        (place / f"made{number}").rename(place / f"worker{number}")
        os.write(2, f"worker {number}\x1b]0;evil\x07 works\n".encode())
        while not stopped:
            beat()
            time.sleep(0.02)
        (place / f"stopped{number}").write_text("")

    def server() -> None:
        front = leave_terminal()
        said = lambda line: None  # noqa: E731
        Supervisor(work, 2, ServiceManager({}), said, front=front).run()

    return server


def workers(place: Path) -> list[list[str]]:
    """What both workers wrote, when both have."""
    paths = [place / "worker0", place / "worker1"]
    wait_until(lambda: all(path.exists() for path in paths), "both workers")
    return [path.read_text().split() for path in paths]


def stopped(place: Path) -> bool:
    return all((place / f"stopped{number}").exists() for number in (0, 1))


def test_no_worker_has_the_terminal_and_all_share_one_session_without_it(tmp_path: Path) -> None:
    with in_terminal(serving(tmp_path)) as shell:
        first, second = workers(tmp_path)
        assert first[1:4] == second[1:4] == ["False"] * 3
        assert first[0] == second[0] == first[4], "the supervisor leads it"
        assert os.getsid(shell.pid) != int(first[0])
        shell.key(b"\x03")
        assert shell.wait() == 0


def test_ctrl_c_stops_the_server_gently(tmp_path: Path) -> None:
    with in_terminal(serving(tmp_path)) as shell:
        workers(tmp_path)
        shell.key(b"\x03")
        assert shell.wait() == 0
    assert stopped(tmp_path)


def test_what_workers_say_is_shown_without_control_characters(tmp_path: Path) -> None:
    with in_terminal(serving(tmp_path)) as shell:
        workers(tmp_path)
        shell.key(b"\x03")
        shell.wait()
    assert b"worker 1?]0;evil? works" in shell.shown
    assert b"\x1b" not in shell.shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_to_what_was_started_reach_the_server(number: int, tmp_path: Path) -> None:
    with in_terminal(serving(tmp_path)) as shell:
        workers(tmp_path)
        (job,) = children(shell.pid)
        os.kill(job, number)
        if number == signal.SIGHUP:
            wait_until(lambda: (tmp_path / "reloaded1").exists(), "both workers reloaded")
            os.kill(job, signal.SIGTERM)
        assert shell.wait() == 0
    assert stopped(tmp_path)


def test_the_server_stops_gently_when_the_process_in_the_terminal_is_killed(
    tmp_path: Path,
) -> None:
    with in_terminal(serving(tmp_path)) as shell:
        workers(tmp_path)
        os.kill(children(shell.pid)[0], signal.SIGKILL)
        assert shell.wait() == -signal.SIGKILL % 256
        wait_until(lambda: stopped(tmp_path), "both workers stopped")


def test_a_server_that_is_killed_takes_the_process_in_the_terminal_with_it(
    tmp_path: Path,
) -> None:
    with in_terminal(serving(tmp_path)) as shell:
        supervisor = int(workers(tmp_path)[0][4])
        os.kill(supervisor, signal.SIGKILL)
        assert shell.wait() == 128 + signal.SIGKILL


def test_a_terminal_that_is_stopped_holds_up_nobody(tmp_path: Path) -> None:
    """Ctrl-Z stops what is in the terminal; the server goes on, and may say what it likes."""

    def server() -> None:
        leave_terminal()
        (tmp_path / "pid").write_text("")
        wait_until(lambda: (tmp_path / "go").exists(), "it may begin")
        for _ in range(1000):
            with suppress(OSError):
                os.write(2, b"x" * 1000)
        (tmp_path / "done").write_text("")

    with in_terminal(server) as shell:
        wait_until(lambda: (tmp_path / "pid").exists(), "it has left")
        (job,) = children(shell.pid)
        os.kill(job, signal.SIGSTOP)
        (tmp_path / "go").write_text("")
        wait_until(lambda: (tmp_path / "done").exists(), "it went on")
        os.kill(job, signal.SIGCONT)
        shell.wait()


def test_who_leads_a_session_without_a_terminal_stays_who_it_is() -> None:
    """As systemd starts it: the pid that it knows is the server's."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        before = os.getpid()
        os._exit(0 if leave_terminal() == 0 and os.getsid(0) == before == os.getpid() else 1)
    assert os.waitpid(pid, 0)[1] == 0


def test_without_a_terminal_the_session_is_left_by_the_same_process() -> None:
    """As a script starts it, below a server or cron."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        script = os.fork()
        if script == 0:
            before = os.getpid()
            os._exit(0 if leave_terminal() == 0 and os.getsid(0) == before == os.getpid() else 1)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(script, 0)[1]))
    assert os.waitpid(pid, 0)[1] == 0


def children(pid: int) -> list[int]:
    found: list[int] = []
    wait_until(lambda: _children(pid, found), "it has started something")
    return found


def _children(pid: int, found: list[int]) -> bool:
    found[:] = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return bool(found)
