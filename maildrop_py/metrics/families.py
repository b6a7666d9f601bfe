"""families: what a server counts, and where in its shared memory each number is.

Names, types and units are those of OpenMetrics 1.0: a counter's sample ends in `_total`, a
histogram has cumulative buckets. Every label value is known beforehand; those that are not
(names of rules) are in `names`.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "maildrop_py_"
COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"


@record
class Family:
    """One metric family: `name` without the prefix; of a histogram `bounds` of its buckets.

    `label` is the name of the only label, "" for none, and `values` are what it may be.
    """

    kind: str
    name: str
    help: str
    label: str = ""
    values: tuple[str, ...] = ("",)
    bounds: tuple[float, ...] = ()
    unit: str = ""

    @property
    def size(self) -> int:
        """Numbers that it takes: a histogram one for each bucket, +Inf too, and the sum."""
        return len(self.bounds) + 2 if self.kind == HISTOGRAM else len(self.values)


class Layout:
    """The families of a server; `names` is the one that counts what has no name beforehand."""

    def __init__(self, families: tuple[Family, ...], names: Family | None = None) -> None:
        self.families, self.names = families, names
        self._start: dict[str, int] = {}
        self.size = 0
        for family in families:
            self._start[family.name] = self.size
            self.size += family.size

    def start(self, name: str) -> int:
        """The place of a family's first number."""
        return self._start[name]

    def places(self, name: str) -> dict[str, int]:
        """The place of each value of a family's label."""
        family = next(it for it in self.families if it.name == name)
        return {value: self.start(name) + at for at, value in enumerate(family.values)}

    def with_places(self) -> Iterator[tuple[Family, int]]:
        """Every family, and the place of its first number."""
        return ((family, self._start[family.name]) for family in self.families)
