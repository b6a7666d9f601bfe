"""heartbeat: a page that parent and workers share, in which workers say that they live.

A worker whose loop no longer turns (a hung file system, a bug) cannot say so
by itself; its parent sees the beat stop.
"""

from __future__ import annotations

import mmap
import struct
import time

SLOT = struct.Struct("d")


class Heartbeats:
    """One monotonic time for each worker. Made before the workers are forked."""

    def __init__(self, workers: int) -> None:
        self._page = mmap.mmap(-1, max(1, workers) * SLOT.size)

    def beat(self, worker: int) -> None:
        """`worker` lives, now."""
        SLOT.pack_into(self._page, worker * SLOT.size, time.monotonic())

    def last(self, worker: int) -> float:
        """When `worker` said so last, a time.monotonic() value."""
        last: float = SLOT.unpack_from(self._page, worker * SLOT.size)[0]
        return last
