"""amounts: sizes and times in words, and how many rows are shown."""

from __future__ import annotations

from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    Row = TypeVar("Row", int, list[int])

SHOWN = 15
"""Rows of a figure; the rest is counted together."""
FEW = 5
"""Rows that are shown whatever their counts."""


def worth_showing(ranked: Sequence[tuple[str, Row]], most: int) -> Sequence[tuple[str, Row]]:
    """The first `most` of names that are ranked by count, without many that came once each."""
    shown = ranked[:most]
    once = [at for at, (_, row) in enumerate(shown) if _count(row) == 1]
    return shown[: max(once[0], FEW)] if once else shown


def _count(row: int | list[int]) -> int:
    return row if isinstance(row, int) else sum(row)


def size_in_words(size: int) -> str:
    """A number of bytes for people: `79.2 MB`, in powers of 1,000 as disks are sold."""
    for limit, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= limit:
            return f"{size / limit:.3g} {unit}" if size < 1000 * limit else f"{size:,} B"
    return f"{size:,} B"


def duration(seconds: float) -> str:
    """A time for people: `30 s`, `5 min`."""
    for size, name in ((86400, text("d")), (3600, text("h")), (60, text("min"))):
        if seconds >= size:
            return f"{seconds / size:g} {name}"
    return f"{seconds:g} s"
