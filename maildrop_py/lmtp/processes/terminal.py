"""terminal: a process that has no terminal any more.

A program that a rule runs could type into the terminal of whoever started the
server (TIOCSTI). A process without a controlling terminal cannot, and neither can
what it starts.

Workers give the terminal up and stay in the session: a session for each of them
took 10 to 25 % more processor time for a message, for Linux shares the processors
out by session (sched(7), autogroup). The spawner and every recipient process lead
sessions of their own.
"""

from __future__ import annotations

import fcntl
import os
import termios
from contextlib import suppress


def leave_terminal() -> None:
    """Give up the controlling terminal, if there is one, for this process and what it starts."""
    terminal = _terminal()
    if terminal < 0:
        return
    with suppress(OSError):
        fcntl.ioctl(terminal, termios.TIOCNOTTY)
    os.close(terminal)
    terminal = _terminal()
    if terminal >= 0:  # it could not be given up
        os.close(terminal)
        os.setsid()


def _terminal() -> int:
    """The controlling terminal, opened; -1 if there is none."""
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return -1
