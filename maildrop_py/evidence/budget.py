"""budget: the time that a message may wait for DNS, in all.

The time runs from the first question on. Whoever waits asks for what is left
and never waits longer, so the number of lookups makes no difference.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Budget:
    """`seconds` of waiting, counted on `monotonic`, a clock that never goes back."""

    __slots__ = ("_deadline", "_monotonic", "_seconds")

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._deadline: float | None = None

    def left(self) -> float:
        """Seconds that may still be waited, never negative. The first call starts the clock."""
        now = self._monotonic()
        if self._deadline is None:
            self._deadline = now + self._seconds
        return max(0.0, self._deadline - now)

    def part(self, share: float) -> Budget:
        """A budget for `share` (0 to 1) of what is left, running from now on.

        It keeps servers of a sender's choosing from using up what our own
        questions need.
        """
        part = Budget(self.left() * share, self._monotonic)
        part.left()
        return part
