"""split: counts by name, each divided by what became of it, in bounded memory.

With more than MOST names the rarer half is given up, and is counted together as `others`, as
in `top`.
"""

from __future__ import annotations

from maildrop_py.report.statistics.amounts import worth_showing
from maildrop_py.report.statistics.figures import Bars
from maildrop_py.report.statistics.places import kind_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MOST = 1500
LONGEST = 120


class Split:
    """Counts by name and place. The state for another process is `counts` and `others`.

    `names` gives the names of the places, in the reader's language.
    """

    __slots__ = ("_nothing", "counts", "names", "others")

    def __init__(self, names: Callable[[], tuple[str, ...]] = kind_names) -> None:
        self.counts: dict[str, list[int]] = {}
        self.others = 0
        self.names = names
        self._nothing = [0] * len(names())

    def add(self, name: str, place: int) -> None:
        """One more of `name` that went to a place of this kind."""
        row = self.counts.get(name)
        if row is None:
            name = name[:LONGEST]
            row = self.counts.setdefault(name, self._nothing[:])
            if len(self.counts) > MOST:
                row[place] += 1
                self._give_up()
                return
        row[place] += 1

    def merge(self, other: Split) -> None:
        """Add what another has counted."""
        self.others += other.others
        for name, row in other.counts.items():
            mine = self.counts.setdefault(name, self._nothing[:])
            mine[:] = [a + b for a, b in zip(mine, row, strict=True)]
        if len(self.counts) > MOST:
            self._give_up()

    def sums(self) -> dict[str, int]:
        """The count of each name, wherever its mail went."""
        return {name: sum(row) for name, row in self.counts.items()}

    def bars(
        self,
        key: str,
        title: str,
        name: str,
        most: int,
        label: Callable[[str], str] = str,
        **more: Any,
    ) -> Bars:
        """The `most` frequent names as bars, divided by the places that there are.

        `label` gives the text for a name, in the reader's language.
        """
        ranked = sorted(self.counts.items(), key=lambda item: (-sum(item[1]), item[0]))
        shown = worth_showing(ranked, most)
        names = self.names()
        used = [at for at in range(len(names)) if any(row[at] for _, row in shown)]
        return Bars(
            key=key,
            title=title,
            name=name,
            rows=tuple((label(each), sum(row)) for each, row in shown),
            layers=tuple(names[at] for at in used),
            parts=tuple(tuple(row[at] for at in used) for _, row in shown),
            others=self.others + sum(sum(row) for _, row in ranked[len(shown) :]),
            **more,
        )

    def _give_up(self) -> None:
        ranked = sorted(self.counts.items(), key=lambda item: -sum(item[1]))
        self.others += sum(sum(row) for _, row in ranked[MOST // 2 :])
        self.counts = dict(ranked[: MOST // 2])
