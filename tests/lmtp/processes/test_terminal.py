"""A worker has no terminal to type into."""

from __future__ import annotations

import os
import pty

from maildrop_py.lmtp.processes.terminal import leave_terminal


def has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def test_what_was_started_in_a_terminal_has_none_afterwards() -> None:
    pid, terminal = pty.fork()
    if pid == 0:  # leads the session of the terminal, as a shell does
        worker = os.fork()
        if worker == 0:
            before = has_terminal()
            leave_terminal()
            leave_terminal()
            grandchild = os.fork()
            if grandchild == 0:
                os._exit(int(has_terminal()))
            below = os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1])
            os._exit(0 if before and not has_terminal() and not below else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        os._exit(status if has_terminal() else 2)
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # it has ended
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
