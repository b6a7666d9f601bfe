"""samples: some texts of each of many groups, in bounded memory, and fairly.

At first very many of each group are kept. When all of them together are too long, the later
half of each group is given up, again and again until one of each is left; then no new
group gets any. So few groups show all that is in them, and many groups each show some.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

MOST = 512
"""Texts of a group, before any is given up."""


class Samples:
    """Texts by group, in the order in which they came; together at most `room` characters."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._most = MOST
        self._used = 0
        self._kept: dict[Hashable, list[str]] = {}

    def wants(self, group: Hashable) -> bool:
        """Whether one more of `group` would be kept."""
        kept = self._kept.get(group)
        if kept is None:
            return self._most > 1 or self._used < self._room
        return len(kept) < self._most

    def add(self, group: Hashable, sample: str) -> None:
        """Keep one more, if it is wanted."""
        if not self.wants(group):
            return
        self._kept.setdefault(group, []).append(sample)
        self._used += len(sample)
        while self._used > self._room and self._most > 1:
            self._most //= 2
            for kept in self._kept.values():
                del kept[self._most :]
            self._used = sum(len(it) for kept in self._kept.values() for it in kept)

    def of(self, group: Hashable) -> tuple[str, ...]:
        """What is kept of `group`."""
        return tuple(self._kept.get(group, ()))


def share_out(wanted: Iterable[tuple[str, ...]], room: int) -> list[tuple[str, ...]]:
    """As many texts of each group as `room` bytes hold: the first of each, then the second."""
    groups = [list(texts) for texts in wanted]
    taken = [0] * len(groups)
    for depth in range(max(map(len, groups), default=0)):
        for at, texts in enumerate(groups):
            if depth == taken[at] < len(texts):
                size = len(texts[depth].encode())
                if size <= room:
                    room -= size
                    taken[at] += 1
    return [tuple(texts[:number]) for texts, number in zip(groups, taken, strict=True)]
