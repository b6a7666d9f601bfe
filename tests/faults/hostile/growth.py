"""growth: twice the input may take about twice the work.

Counted in lines executed, which does not depend on the machine; and, for what
the interpreter does in C, in processor time, where only a clear excess counts.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from tests.faults.hostile.target import Target

TIMED = (16 << 10, 32 << 10, 64 << 10, 128 << 10)  # bytes of the inputs that are timed
TOO_SHORT = 0.01  # seconds of processor time that say nothing yet
MOST = 2.9  # times the work for twice the input; quadratic work is 4 times


@dataclass(frozen=True)
class Growth:
    """The work for inputs that double in size."""

    target: str
    piece: bytes
    seconds: tuple[float, ...]

    @property
    def factor(self) -> float:
        """How the last doubling that can be judged multiplied the time; 1 if none can."""
        judged = [
            later / earlier
            for earlier, later in zip(self.seconds, self.seconds[1:], strict=False)
            if earlier > TOO_SHORT
        ]
        return min(judged[-2:], default=1.0)

    def __str__(self) -> str:
        shown = ", ".join(f"{1000 * seconds:.1f}" for seconds in self.seconds)
        return f"{self.target} {self.piece!r}: {shown} ms, last {self.factor:.2f} times"


def lines(target: Target, number: int, size: int) -> int:
    """How many lines of Python are executed for one growing input."""
    data = target.grown(number, size)
    count = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        target.feed(data)
    finally:
        sys.settrace(before)
    return count


def timed(target: Target) -> Iterator[Growth]:
    """The processor time of every growing input of a target."""
    for number, piece in enumerate(target.growing):
        seconds = tuple(_fastest(target, number, size) for size in TIMED)
        yield Growth(target.name, piece, seconds)


def _fastest(target: Target, number: int, size: int) -> float:
    data = target.grown(number, size)
    return min(_once(target, data) for _ in range(3))


def _once(target: Target, data: bytes) -> float:
    gc.collect()
    began = time.process_time()
    target.feed(data)
    return time.process_time() - began
