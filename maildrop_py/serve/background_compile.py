"""background_compile: compiles rules in a process of their own.

A large file takes seconds and much memory. A server that compiled it itself would
hold up every session and stay large. The result goes into the cache of compiled
rules, as for any delivery.

Known limit: a process that is forked while a thread imports a module waits for
ever if it needs that module. It ends when its time is up, and the server compiles
the rules itself.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal

from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from maildrop_py.record import replace
from maildrop_py.rules.program.cache import load_stamped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

LONGEST = 120.0  # seconds
USABLE, NOT_USABLE = b"+", b"-"
LIMITS = ResourceLimits(processor=150, processes=0)
"""Its memory is beside what the server has already: the stacks and heaps of many threads alone
reserve more addresses than that."""
_PIECE = 65536  # bytes


class Compilation:
    """One file's rules on their way into the folder `cache`. Raises OSError without a process."""

    def __init__(self, path: str, cache: str, home: str | None) -> None:
        self._output = b""
        self._reader, writer = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:
            os.close(self._reader)
            os.close(writer)
            raise
        if self._pid == 0:
            _compile(path, cache, home, writer)
        os.close(writer)

    def ended(self, seconds: float = 0.0) -> bool:
        """Whether it is done, or is within so many seconds."""
        while self._reader >= 0 and select.select([self._reader], [], [], seconds)[0]:
            piece = os.read(self._reader, _PIECE)
            self._output += piece
            if not piece:
                self._reap()
        return self._reader < 0

    def warnings(self) -> list[str]:
        """What there is to say of the rules, when it has ended."""
        try:
            warnings: list[str] = json.loads(self._output[1:])
        except ValueError:
            return ["rules not usable: compiling them did not end in time"]
        return warnings

    @property
    def usable(self) -> bool:
        """Whether it has brought rules: it did not take too much memory, or too long."""
        return self._output.startswith(USABLE)

    def give_up(self) -> None:
        """End it before its time."""
        if self._reader >= 0:
            os.kill(self._pid, signal.SIGKILL)
            self._reap()

    def _reap(self) -> None:
        os.close(self._reader)
        self._reader = -1
        os.waitpid(self._pid, 0)


def _address_space() -> int:
    """Bytes of addresses that this process has; a child begins with those of its parent."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _compile(path: str, cache: str, home: str | None, writer: int) -> NoReturn:
    """The child's whole life: it holds copies of the server's sockets, and uses none."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        memory = LIMITS.memory and LIMITS.memory + _address_space()
        replace(LIMITS, memory=memory).apply()
        signal.setitimer(signal.ITIMER_REAL, LONGEST)  # and that SIGALRM ends it
        warnings: list[str] = []
        stamped = load_stamped(path, cache, warnings.append, home)
        result = USABLE if stamped is not None else NOT_USABLE
        os.write(writer, result + json.dumps(warnings).encode())
    finally:
        os._exit(0)
