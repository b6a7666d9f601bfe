"""memories: which store greylisting uses, as the policy names it."""

from __future__ import annotations

from maildrop_py.policy.sqlite_memory import SqliteMemory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.evidence.settings import Clock
    from maildrop_py.policy.remembered import Memory

SLICES_AT_ONCE = 20
"""Slices of the local file that are cleaned about once a second: all in three minutes."""


def open_memory(store: str, path: str, clock: Clock) -> tuple[Memory, Callable[[int], bool]]:
    """The memory, and what cleans it a little: whether there is more to be done now."""
    local = SqliteMemory(path)
    cleaner = Cleaner(local)
    if not store:
        return local, cleaner.clean
    from maildrop_py.policy.shared_memory import SharedMemory

    return SharedMemory(store, local, clock), cleaner.clean


class Cleaner:
    """Cleans the local file slice by slice."""

    def __init__(self, local: SqliteMemory) -> None:
        self._local = local
        self._left = 0

    def clean(self, now: int) -> bool:
        """Clean one slice; False where that is enough for this time."""
        if self._left <= 0:
            self._left = SLICES_AT_ONCE
        removed = self._local.clean(now)
        self._left -= 1
        return bool(removed) or self._left > 0
