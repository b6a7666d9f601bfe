"""process_sessions: ends a process with everything that it has started.

A recipient process leads a session of its own (setsid(2)), and the programs that
rules run stay in it. The number of a session cannot be given to another one while
its leader has not been waited for, so nobody else's process is hit.

Known limits: a program that starts a session of its own escapes; it is an
ordinary process of that user, as if the user had started it after logging in.
Without /proc the process alone is ended.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress


def kill_session(leader: int) -> None:
    """SIGKILL for the process `leader`, a child not waited for yet, and for its session."""
    with suppress(ProcessLookupError):
        os.kill(leader, signal.SIGKILL)
    for pid in _processes():
        if pid != leader and session_of(pid) == leader:
            _kill_member(pid, leader)


def _kill_member(pid: int, session: int) -> None:
    """Kill `pid` if it still is in the session: its number may be another's by now."""
    try:
        process = os.pidfd_open(pid)
    except (AttributeError, OSError):
        return
    try:
        if session_of(pid) == session:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, signal.SIGKILL)
    finally:
        os.close(process)


def session_of(pid: int) -> int:
    """The session of a process; 0 if there is no such process."""
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
