"""heartbeat: shared memory in which each worker writes when it was last alive.

A worker whose loop hangs (a hung file system, a bug) cannot report that itself;
its supervisor sees that the time no longer changes.
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

    def keep_from_children(self) -> None:
        """What this process forks does not have the page: it could stop others, or say untruths."""
        if hasattr(mmap, "MADV_DONTFORK"):
            self._page.madvise(mmap.MADV_DONTFORK)

    def beat(self, worker: int) -> None:
        """Write that `worker` is alive now."""
        SLOT.pack_into(self._page, worker * SLOT.size, time.monotonic())

    def last(self, worker: int) -> float:
        """When `worker` last wrote, a time.monotonic() value."""
        last: float = SLOT.unpack_from(self._page, worker * SLOT.size)[0]
        return last
