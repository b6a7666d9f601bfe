"""terminal: a server that has no terminal, and a session of its own (setsid(2)).

A program that a rule runs could type into the terminal of whoever started the
server (TIOCSTI), and a worker that was taken over could read what root types there.
So the whole server leaves the terminal: what was started goes on in a new process,
which leads a session without a terminal, and all workers are in that session. The
process that was started stays behind. It passes signals on, shows in the terminal what
the server says, without control characters, and ends as the server ends.

There is one session for all workers: a session for each of them took 10 to 25 % more
processor time for a message, for Linux shares the processors out by session (sched(7),
autogroup). Recipient processes, the spawner and the other helpers lead sessions of
their own.

A server that leads a session without a terminal already, as systemd starts it, stays
what it is, and so does its pid.
"""

from __future__ import annotations

import codecs
import errno
import os
import signal
import sys
from contextlib import suppress

from maildrop_py.lmtp.server.reactor import READ, Reactor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
OUTPUTS = (1, 2)
PIECE = 64 * 1024


def leave_terminal() -> int:
    """Return in a process that leads a session without a terminal.

    The pid of the process that stays in the terminal; 0 if there was nothing to leave.
    When that process is killed, this one is to stop.
    """
    terminal = _has_terminal()
    if not terminal and os.getsid(0) == os.getpid():
        return 0
    if not terminal:
        with suppress(PermissionError):  # it leads a process group, perhaps others' too
            os.setsid()
            return 0
    return _go_on_behind()


def _go_on_behind() -> int:
    """Fork: this function returns in the child alone."""
    shown, said = os.pipe()
    os.set_blocking(said, False)  # a terminal that is stopped holds up no mail
    sys.stdout.flush()
    sys.stderr.flush()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*PASSED_ON, signal.SIGCHLD))
    front = os.getpid()
    server = os.fork()
    if server:
        os.close(said)
        _Front(server, shown).run(before)
    os.close(shown)
    os.setsid()
    for output in OUTPUTS:
        if os.isatty(output):
            os.dup2(said, output)
    os.close(said)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return front


def _has_terminal() -> bool:
    """Whether there is a controlling terminal; one that cannot be looked at counts."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError as error:
        return error.errno not in (errno.ENXIO, errno.ENOENT)
    return True


class _Front:
    """The process that stays in the terminal while `server` works; `shown` is what that says."""

    def __init__(self, server: int, shown: int) -> None:
        self._server, self._shown = server, shown
        self._terminal = next((it for it in OUTPUTS if os.isatty(it)), OUTPUTS[0])
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._reactor = Reactor()
        os.set_blocking(shown, False)
        self._reactor.watch(shown, READ, self._show)

    def run(self, mask: set[int | signal.Signals]) -> NoReturn:
        """Until the server has ended; then end in the same way."""
        try:
            for number in PASSED_ON:
                signal.signal(number, self._pass_on)
            signal.signal(signal.SIGCHLD, lambda *_: self._reactor.soon(self._look))
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it may write from the background
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._reactor.ticks.append(self._look)
            self._reactor.run()
        finally:
            os._exit(70)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._server, number)

    def _look(self) -> None:
        """End if the server has. Where this is process 1, children of others are waited for too."""
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self._server:
                    self._show(READ)
                    status = os.waitstatus_to_exitcode(found[1])
                    os._exit(status if status >= 0 else 128 - status)

    def _show(self, events: int) -> None:
        try:
            said = os.read(self._shown, PIECE)
        except BlockingIOError:
            return
        if not said:
            with suppress(KeyError):
                self._reactor.forget(self._shown)
            return
        text = self._text.decode(said)
        plain = "".join(it if it.isprintable() or it in "\n\t" else "?" for it in text)
        with suppress(OSError):  # the terminal has gone
            os.write(self._terminal, plain.encode("utf-8", "replace"))
