"""server: a `maildrop-py serve` of our own, its processes, and strace attached to some of them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from tests.faults.subject import Wrong

START = 30.0  # seconds it may take until it listens
STOP = 30.0  # seconds it may take until all its processes have gone
_ATTACHED = re.compile(rb"Process (\d+) attached")


class Server:
    """`command` with what it needs to listen on `socket`, as `uid` if that is not None.

    With `as_root`, it has a spawner besides its `workers`.
    """

    def __init__(
        self,
        command: Sequence[str],
        place: Path,
        uid: int | None = None,
        workers: int = 1,
        as_root: bool = False,
    ) -> None:
        self.place = place
        self.socket = place / "run/lmtp"
        self.log = place / "server.log"
        self.socket.parent.mkdir(exist_ok=True)
        if uid is not None:
            os.chown(self.socket.parent, uid, uid)
        self._processes = workers + as_root
        options = ["--listen", str(self.socket), "--workers", str(workers)]
        self._process = self._start([*command, *options, "--name", "mx.example"], uid)

    def _start(self, command: list[str], uid: int | None) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"HOME": str(self.place), "PATH": os.environ["PATH"]},
                start_new_session=True,
                user=uid,
                group=uid,
                extra_groups=None if uid is None else [],
            )

    def __enter__(self) -> Server:
        until = time.monotonic() + START
        while not (self.socket.exists() and len(self.children) >= self._processes):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise Wrong(f"it did not start: {self.log.read_text()[-300:]}")
            time.sleep(0.005)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if error is not None:
            self.kill()
        else:
            self.stop()

    @property
    def pid(self) -> int:
        """The parent of all its processes."""
        return self._process.pid

    @property
    def children(self) -> list[int]:
        """Its workers, the oldest first, and, started as root, the spawner last."""
        return sorted(children(self.pid), key=_is_roots)

    def stop(self) -> None:
        """Ask it to, and wait; Wrong if it does not."""
        processes = self._tree()
        self._process.terminate()
        try:
            status = self._process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Wrong("it does not stop") from None
        _see_gone(processes)
        if status:
            raise Wrong(f"it stopped with {status}: {self.log.read_text()[-300:]}")

    def kill(self) -> None:
        """All its processes, at once."""
        processes = self._tree()
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        _see_gone(processes)

    def _tree(self) -> list[int]:
        """All its processes, each behind the one that started it."""
        found = [self.pid]
        for process in found:
            found += children(process)
        return found


def _see_gone(processes: Sequence[int]) -> None:
    """Wait until none of them runs; Wrong if one goes on."""
    until = time.monotonic() + STOP
    while left := [process for process in processes if _runs(process)]:
        if time.monotonic() > until:
            for process in left:
                os.kill(process, signal.SIGKILL)
            raise Wrong("some of its processes do not stop")
        time.sleep(0.002)


def _runs(process: int) -> bool:
    """Whether it is there, and not only waiting to be waited for."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def children(pid: int) -> list[int]:
    """The processes that the process has started and that are not buried, the oldest first."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _is_roots(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}").stat().st_uid == 0
    except OSError:
        return False


@contextmanager
def attached(strace: Sequence[str], pids: Sequence[int]) -> Iterator[None]:
    """`strace`, a command without a program, at work on running processes and their children."""
    if not strace:
        yield
        return
    targets = [word for pid in pids for word in ("-p", str(pid))]
    tracer = subprocess.Popen([*strace, *targets], stderr=subprocess.PIPE)
    try:
        _see_attached(tracer, set(pids))
        yield
        _let_finish(tracer, pids)
    finally:
        tracer.terminate()
        tracer.communicate()


def _see_attached(tracer: subprocess.Popen[bytes], waiting: set[int]) -> None:
    assert tracer.stderr is not None
    said = b""
    while waiting:
        line = tracer.stderr.readline()
        said += line
        if not line:
            raise AssertionError(f"strace did not attach: {said!r}")
        waiting -= {int(pid) for pid in _ATTACHED.findall(line)}


def _let_finish(tracer: subprocess.Popen[bytes], pids: Sequence[int]) -> None:
    """Wait until the processes have nothing to do; and for strace to leave if they have gone."""
    quiet, until = 0, time.monotonic() + STOP
    while quiet < 3 and time.monotonic() < until:
        quiet = quiet + 1 if all(map(_is_idle, pids)) else 0
        time.sleep(0.003)
    if not any(Path(f"/proc/{pid}").exists() for pid in pids):
        with suppress(subprocess.TimeoutExpired):
            tracer.wait(STOP)


def _is_idle(pid: int) -> bool:
    """Whether all its threads wait for something to happen."""
    try:
        stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    except OSError:
        return False
    return all(stat.rpartition(")")[2].split()[0] in "SZX" for stat in stats)
