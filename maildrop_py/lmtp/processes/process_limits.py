"""process_limits: how much of a worker the processes of its recipients may take."""

from __future__ import annotations

from maildrop_py.record import record


@record
class ProcessLimits:
    """What the users of one worker may take. Times in seconds.

    `processes` run at a time; one that is idle for `idle_seconds` is stopped;
    `queue` messages of one user wait or are being delivered. A process must have
    started within `start_seconds`, and must answer within `answer_seconds` after a
    message's deadline. One that was killed must be dead within `end_seconds`.
    """

    processes: int = 64
    queue: int = 64
    idle_seconds: float = 60.0
    start_seconds: float = 20.0
    answer_seconds: float = 10.0
    end_seconds: float = 20.0
