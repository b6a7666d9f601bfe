"""`top`: a server's figures in a terminal, whatever its width, with colours or without."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from maildrop_py.lmtp.reply import Reply
from maildrop_py.metrics.counters import Counters
from maildrop_py.metrics.exporter import export, metrics_listener
from maildrop_py.report.tables import width_of
from maildrop_py.serve.metrics import Metrics, serve_counters

LONG = "一覧: each of the very many lists into a folder that is called by its name, of course"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>(][A-Z0-9]?")
PATIENCE = 30.0


@contextmanager
def telling(place: Path, counters: Counters) -> Iterator[int]:
    """A process that tells these figures; its id."""
    listener = metrics_listener(str(place))
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            export(listener, counters, lambda: None)
        os._exit(0)
    listener.socket.close()
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(child, 0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Path, Metrics]]:
    """A place where figures are told, and what counts them."""
    counters = serve_counters(1)
    own = counters.own(0)
    metrics = Metrics(own)
    metrics.now(sessions=3)
    for number in range(1200):
        own.name(LONG if number % 2 else "spam")
        metrics.answered(Reply(250, "2.0.0", "delivered"), 0.0)
    with telling(tmp_path / "metrics", counters):
        yield tmp_path / "metrics", metrics


class Terminal:
    """What a program prints on a terminal of some columns."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self.printed = ""

    def read_until(self, words: str, after: int = 0) -> None:
        """Wait until the words are printed, behind what was printed before."""
        while words not in self.printed[after:]:
            ready, _, _ = select.select([self._descriptor], [], [], PATIENCE)
            assert ready, f"{words!r} did not come: {self.printed!r}"
            try:
                piece = os.read(self._descriptor, 65536)
            except OSError:
                piece = b""
            assert piece, f"it ended: {self.printed!r}"
            self.printed += piece.decode("utf-8", "replace")

    def read_to_the_end(self) -> int:
        with suppress(OSError):
            while piece := os.read(self._descriptor, 65536):
                self.printed += piece.decode("utf-8", "replace")
        return self.process.wait(PATIENCE)


@contextmanager
def top(place: Path, columns: int, *more: str, **environment: str) -> Iterator[Terminal]:
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    around = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    around |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "maildrop_py", "top", "--seconds", "0.2", *more, str(place)],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env=around,
        start_new_session=True,
    )
    os.close(inner)
    try:
        yield Terminal(process, outer)
    finally:
        process.kill()
        process.wait()
        os.close(outer)


def screens(printed: str) -> list[list[str]]:
    """The lines of each screen that was drawn."""
    return [ESCAPES.sub("", it).splitlines() for it in printed.split("\x1b[H")[1:]]


@pytest.mark.parametrize("columns", [30, 40, 80, 132])
def test_no_line_is_wider_than_the_terminal(server: tuple[Path, Metrics], columns: int) -> None:
    with top(server[0], columns) as terminal:
        terminal.read_until("Messages by")
        terminal.read_until("Messages by", after=len(terminal.printed))
    lines = [line.rstrip() for screen in screens(terminal.printed) for line in screen]
    assert max(map(width_of, lines)) <= columns
    assert any("1,200" in line for line in lines)


def test_it_is_refreshed_and_shows_how_many_come_in_a_second(
    server: tuple[Path, Metrics],
) -> None:
    place, metrics = server
    with top(place, 80) as terminal:
        terminal.read_until("1,200")
        for _ in range(50):
            metrics.answered(Reply(450, "4.0.0", "later"), 0.0)
        terminal.read_until("deferred")
        line = next(it for it in reversed(screens(terminal.printed)[-1]) if "deferred" in it)
    rate = re.search(r"50 +([\d.]+)/s", line)
    assert rate is not None and float(rate[1]) > 0


def test_without_colours_there_are_none(server: tuple[Path, Metrics]) -> None:
    with top(server[0], 80, NO_COLOR="1") as terminal:
        terminal.read_until("spam")
        terminal.read_until("Messages by", after=len(terminal.printed))
    assert re.findall(r"\x1b\[[0-9;]*3[0-9][0-9;]*m", terminal.printed) == []


def test_results_have_colours_and_the_rate_a_line_of_its_own(
    server: tuple[Path, Metrics],
) -> None:
    place, metrics = server
    with top(place, 80) as terminal:
        for _ in range(3):
            metrics.answered(Reply(550, "5.0.0", "no"), 0.0)
            terminal.read_until("in a second:", after=len(terminal.printed))
        terminal.read_until("\x1b[31mrefused")
    assert "\x1b[32mdelivered" in terminal.printed
    rates = re.findall(r"in a second: ([\d.]+)  ([▁-█ ]*)", ESCAPES.sub("", terminal.printed))
    assert any(float(rate) > 0 and "█" in drawn for rate, drawn in rates)


def test_ctrl_c_ends_it_and_gives_the_screen_back(server: tuple[Path, Metrics]) -> None:
    with top(server[0], 80) as terminal:
        terminal.read_until("Messages by")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 130
    assert "Traceback" not in terminal.printed
    assert "\x1b[?1049l" in terminal.printed
    assert "\x1b[?25h" in terminal.printed, "the cursor is shown again"


def test_a_server_that_ends_is_said_in_one_line(tmp_path: Path) -> None:
    place = tmp_path / "metrics"
    with telling(place, serve_counters(1)) as child, top(place, 80) as terminal:
        terminal.read_until("sessions")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert terminal.read_to_the_end() == 1
    shown = terminal.printed.rpartition("\x1b[?1049l")[2]
    assert "Error: " in shown and "Connection refused" in shown
    assert "Traceback" not in shown


def test_once_prints_plain_lines_for_a_pipe(server: tuple[Path, Metrics]) -> None:
    command = [sys.executable, "-m", "maildrop_py", "top", "--once", str(server[0])]
    done = subprocess.run(command, capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("sessions 3")
    assert max(map(width_of, lines)) <= 80
    assert "\x1b" not in done.stdout.decode()
