"""interruption: signals, and the time for a delivery, end `deliver` by an exception.

Guarantee: one exception and no more, so that what undoes the delivery is not interrupted.
"""

from __future__ import annotations

import _signal  # `signal` wraps this in enum classes, for 5 ms

from maildrop_py.errors import DeadlineExceeded, Interrupted

_CAUGHT = [
    getattr(_signal, name)
    for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGXCPU")
]


def catch_signals(seconds: float) -> None:
    """Raise Interrupted on a signal, DeadlineExceeded after `seconds`, from now on."""
    if _signal.getsignal(_signal.SIGALRM) is not _stop:  # or the last delivery caught them
        for each in (*_CAUGHT, _signal.SIGALRM):
            _signal.signal(each, _stop)
        for each in (_signal.SIGPIPE, _signal.SIGXFSZ):
            _signal.signal(each, _signal.SIG_IGN)  # EPIPE and EFBIG say it where it can be handled
    _signal.setitimer(_signal.ITIMER_REAL, seconds)


def _stop(number: int, frame: object) -> None:
    for each in (*_CAUGHT, _signal.SIGALRM):
        _signal.signal(each, _signal.SIG_IGN)
    if number == _signal.SIGALRM:
        raise DeadlineExceeded("delivery took too long")
    raise Interrupted(f"stopped by signal {number}")
