"""short_writes: a call that writes only half of what it is given, as a system call may.

strace can make a call fail, but not make it do less. This small tracer, started
as strace is started, halves the size that one call is given as it enters the
kernel, and puts the register back when the call returns: half of the data is
truly written, and the program is truly told so. ptrace(2); x86-64 only.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

SIZE_ARGUMENT = {
    "write": 2,
    "pwrite64": 2,
    "sendto": 2,
    "sendfile": 3,
    "copy_file_range": 4,
}
"""The calls that can be shortened, and which of their arguments is the size."""

_NUMBER = {"write": 1, "pwrite64": 18, "sendfile": 40, "sendto": 44, "copy_file_range": 326}
_REGISTER = (14, 13, 12, 7, 9, 8)  # rdi, rsi, rdx, r10, r8, r9 in struct user_regs_struct
_SEIZE, _INTERRUPT, _LISTEN, _SYSCALL, _INFO = 0x4206, 0x4207, 0x4208, 24, 0x420E
_GETREGS, _SETREGS = 12, 13
_OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10  # SYSGOOD, and follow fork, vfork, clone, exec
_EVENT_STOP = 128
_ENTRY, _EXIT = 1, 2
_ALL = 0x40000000  # __WALL: threads too
_GROUP_STOPS = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)

_Registers = ctypes.c_uint64 * 27
_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_LIBC.ptrace.restype = ctypes.c_long


class _Info(ctypes.Structure):
    """The start of struct ptrace_syscall_info, for a call that enters."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64),
        ("number", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


def works() -> bool:
    """Whether this machine's registers are known."""
    return platform.machine() == "x86_64" and sys.platform == "linux"


def shortening(call: str, number: int, log: Path) -> list[str]:
    """The command under which the `number`th `call` of a process does half of its work."""
    return [sys.executable, "-I", "-S", __file__, call, str(number), str(log)]


@dataclass
class _Shortener:
    """Halves the `number`th `call` of each process that is traced; says so in `log`."""

    call: str
    number: int
    log: TextIO

    def __post_init__(self) -> None:
        self._seen: Counter[int] = Counter()
        self._whole: dict[int, int] = {}  # sizes to be put back when the call returns

    def look(self, pid: int) -> None:
        """A process has stopped as it enters a call, or as it leaves one."""
        info = _Info()
        _ptrace(_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
        if info.op == _EXIT and pid in self._whole:
            self._set_size(pid, self._whole.pop(pid))
        elif info.op == _ENTRY and info.number == _NUMBER[self.call]:
            self._seen[pid] += 1
            size = info.arguments[SIZE_ARGUMENT[self.call]]
            if self._seen[pid] == self.number and size > 1:
                self._whole[pid] = size
                self._set_size(pid, size // 2)
                print(f"{pid} {self.call}({size}) (INJECTED)", file=self.log, flush=True)

    def _set_size(self, pid: int, size: int) -> None:
        registers = _Registers()
        _ptrace(_GETREGS, pid, 0, ctypes.addressof(registers))
        registers[_REGISTER[SIZE_ARGUMENT[self.call]]] = size
        _ptrace(_SETREGS, pid, 0, ctypes.addressof(registers))


def _ptrace(request: int, pid: int, address: int = 0, data: int = 0) -> None:
    if _LIBC.ptrace(request, pid, address, data) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _go_on(request: int, pid: int, signal_number: int = 0) -> None:
    with suppress(ProcessLookupError):  # killed meanwhile
        _ptrace(request, pid, 0, signal_number)


def _start(program: Sequence[str]) -> int:
    """Start it traced; returns its process."""
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
        os.execvp(program[0], program)
    os.waitpid(pid, os.WUNTRACED)
    _ptrace(_SEIZE, pid, 0, _OPTIONS)
    os.kill(pid, signal.SIGCONT)
    return pid


def _attach(pid: int) -> None:
    for thread in os.listdir(f"/proc/{pid}/task"):
        _ptrace(_SEIZE, int(thread), 0, _OPTIONS)
        _ptrace(_INTERRUPT, int(thread))
    print(f"Process {pid} attached", file=sys.stderr, flush=True)


def _trace(shortener: _Shortener, first: int) -> int:
    """Until nobody is left; returns the status of `first`."""
    status_of_first = 0
    while True:
        try:
            pid, status = os.waitpid(-1, _ALL)
        except ChildProcessError:
            return status_of_first
        if not os.WIFSTOPPED(status):
            if pid == first:
                status_of_first = os.waitstatus_to_exitcode(status)
            continue
        stopped_by, event = os.WSTOPSIG(status), status >> 16
        if stopped_by == signal.SIGTRAP | 0x80:
            try:
                shortener.look(pid)
            except ProcessLookupError:
                continue
            _go_on(_SYSCALL, pid)
        elif event == _EVENT_STOP and stopped_by in _GROUP_STOPS:
            _go_on(_LISTEN, pid)
        else:
            _go_on(_SYSCALL, pid, 0 if event else stopped_by)


def main() -> int:
    """`short_writes.py CALL NUMBER LOG PROGRAM...`, or `-p PID` instead of a program."""
    call, number, log, *rest = sys.argv[1:]
    with open(log, "w") as file:
        shortener = _Shortener(call, int(number), file)
        if rest[0] == "-p":
            for pid in rest[1::2]:
                _attach(int(pid))
            return _trace(shortener, first=0)
        status = _trace(shortener, _start(rest))
    if status < 0:
        os.kill(os.getpid(), -status)
    return status


if __name__ == "__main__":
    sys.exit(main())
