"""waits: how long a message that was deferred took until it was delivered.

Deferred messages are known by their Message-ID and their recipient. Parts of a log that
were read apart are put together in their order; for that a part keeps what it has
delivered, as a short hash and a time, 16 bytes a message.
"""

from __future__ import annotations

from array import array
from zlib import adler32, crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 50_000
"""Deferred messages that are waited for at once."""


class Waits:
    """What was deferred, and when it came; times are in seconds since 1970.

    With `keep` it remembers what was delivered, for a part of the log before this one.
    """

    def __init__(self, keep: bool = False) -> None:
        self.waiting: dict[int, float] = {}
        self.over: list[tuple[int, float, float]] = []
        self.keeps = keep
        self._keys, self._times = array("Q"), array("q")

    @property
    def seconds(self) -> list[float]:
        """How long each took that has come, MOST of them at most."""
        return [max(0.0, time - since) for _, since, time in self.over]

    def deferred(self, message: str, time: float) -> None:
        """A message was put off; the first time counts."""
        if len(self.waiting) < MOST:
            self.waiting.setdefault(_key(message), time)

    def delivered(self, message: str, time: float) -> None:
        """A message was settled."""
        if not self.waiting and not self.keeps:
            return
        key = _key(message)
        since = self.waiting.pop(key, None)
        if since is not None:
            self._end(key, since, time)
        elif self.keeps:
            self._keys.append(key)
            self._times.append(int(time))

    def _end(self, key: int, since: float, time: float) -> None:
        if len(self.over) < MOST:
            self.over.append((key, since, time))

    def state(self) -> dict[str, Any]:
        """All of it, as plain values."""
        kept = self._keys.tobytes(), self._times.tobytes()
        return {"waiting": self.waiting, "over": self.over, "kept": kept}

    def merge(self, later: dict[str, Any]) -> None:
        """Add the state of the part of the log that follows this one."""
        keys, times = array("Q"), array("q")
        keys.frombytes(later["kept"][0])
        times.frombytes(later["kept"][1])
        if self.waiting:
            for key, time in zip(keys, times, strict=True):
                if key in self.waiting:
                    self._end(key, self.waiting.pop(key), time)
        if self.keeps:
            self._keys.extend(keys)
            self._times.extend(times)
        for key, since, time in later["over"]:  # it may have been put off before that part
            self._end(key, self.waiting.pop(key, since), time)
        for key, since in later["waiting"].items():
            if len(self.waiting) < MOST:
                self.waiting.setdefault(key, since)


def _key(message: str) -> int:
    data = message.encode("utf-8", "replace")
    return crc32(data) << 32 | adler32(data)
