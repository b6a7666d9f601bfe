"""spawned: one program over one message, with a limit of time.

The message is its standard input; what it prints goes to a file, or nowhere. At the limit
it is ended, with all the programs that it started.
"""

from __future__ import annotations

import os
import select
import signal
import tempfile

from maildrop_py.record import record


@record
class Ended:
    """`status` as waitpid gives it decoded, negative for a signal; None where it was too slow."""

    status: int | None
    output: str


class Spawned:
    """Runs `argv` again and again; `environment` is all that it knows."""

    def __init__(
        self, argv: list[str], environment: dict[str, str], directory: str, prints: bool = False
    ) -> None:
        os.chdir(directory)
        self._argv = argv
        self._environment = environment
        self._input = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - the same
        self._null = open(os.devnull, "wb")  # noqa: SIM115 - the same
        self._prints = prints

    def run(self, message: bytes, limit: float) -> Ended:
        """Run it; `limit` in seconds."""
        _refill(self._input.fileno(), message)
        _refill(self._output.fileno(), b"")
        printed = (self._output if self._prints else self._null).fileno()
        actions = [(os.POSIX_SPAWN_DUP2, self._input.fileno(), 0)]
        actions += [(os.POSIX_SPAWN_DUP2, printed, number) for number in (1, 2)]
        child = os.posix_spawnp(
            self._argv[0], self._argv, self._environment, file_actions=actions, setpgroup=0
        )
        status = _status(child, limit)
        return Ended(status, self._printed() if self._prints else "")

    def _printed(self) -> str:
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode("utf-8", "replace")


def _refill(file: int, data: bytes) -> None:
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    while data:
        data = data[os.write(file, data) :]
    os.lseek(file, 0, os.SEEK_SET)


def _status(child: int, limit: float) -> int | None:
    descriptor = os.pidfd_open(child)
    try:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        in_time = bool(waiting.poll(limit * 1000))
        if not in_time:
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    return os.waitstatus_to_exitcode(status) if in_time else None
