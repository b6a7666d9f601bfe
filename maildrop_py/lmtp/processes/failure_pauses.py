"""failure_pauses: a user whose process fails again and again waits ever longer for the next.

Without that, one user's broken rules would keep the machine busy starting processes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Key = tuple[int, int]  # uid, gid

LONGEST = 30.0  # seconds
FORGOTTEN = 60.0  # seconds after a pause until its failures no longer count


class FailurePauses:
    """Times are time.monotonic() values."""

    def __init__(self) -> None:
        self._failures: dict[Key, tuple[int, float]] = {}  # how many, paused until

    def failed(self, key: Key, now: float) -> None:
        """The process of `key` failed."""
        count = self._failures.get(key, (0, 0.0))[0] + 1
        self._failures[key] = count, now + pause(count)

    def succeeded(self, key: Key) -> None:
        """It delivered a message."""
        self._failures.pop(key, None)

    def is_paused(self, key: Key, now: float) -> bool:
        """Whether no new process is to be started for `key` yet."""
        return now < self._failures.get(key, (0, 0.0))[1]

    def forget_old(self, now: float) -> None:
        """Drop what no longer counts."""
        self._failures = {k: v for k, v in self._failures.items() if now < v[1] + FORGOTTEN}


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return min(LONGEST, 0.5 * 2.0**failures) if failures > 1 else 0.0
