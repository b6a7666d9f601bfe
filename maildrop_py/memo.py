"""memo: what a pure function gave for the arguments that it had before.

Mail repeats itself: the same hosts, names and words come with the next message. A
Memo that has an answer already gives it without running any Python.

Guarantee: never more than `most` answers are kept; of so many, the older half is forgotten.
How large one may be is for the caller to say: what senders write has to be bounded first.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    K = TypeVar("K")
    V = TypeVar("V")


class Memo(dict["K", "V"]):
    """`memo[argument]` is what `work(argument)` gives; it must always give the same."""

    __slots__ = ("_most", "_work")

    def __init__(self, work: Callable[[K], V], most: int = 1000) -> None:
        self._work = work
        self._most = most

    def __missing__(self, argument: K) -> V:
        if len(self) >= self._most:
            for old in list(self)[: self._most // 2 + 1]:
                self.pop(old, None)  # another thread may have done so
        answer = self[argument] = self._work(argument)
        return answer
