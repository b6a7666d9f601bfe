"""page: a table as rich prints it where no terminal is, and rich not needed for it.

Loading rich takes as long as deciding about a thousand messages, and a summary
that goes into a file or a pipe has neither colours nor anything to be cut.

Known limits: for cells that are not printable ASCII, and for what is wider than
the page, there is no plain table.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

BETWEEN = "  "
PAGE = 80
"""Columns, where no terminal says how many there are."""

FORCING = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""Variables by which users tell rich that the output is a terminal."""


def on_page(rows: Sequence[Sequence[str]], width: int) -> list[str] | None:
    """The lines of a table of `rows`, headings among them, the first column set to the right.

    None if that would take more than `width` columns, or more than a look at the texts.
    """
    if not all(cell.isascii() and cell.isprintable() for row in rows for cell in row):
        return None
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(BETWEEN) * (len(widths) - 1) > width:
        return None
    return [BETWEEN.join(map(_set, row, widths, range(len(row)))) for row in rows]


def _set(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column else cell.rjust(width)


def page_width() -> int | None:
    """The columns of the page that standard output is; None if that is a terminal."""
    if os.isatty(1) or any(variable in os.environ for variable in FORCING):
        return None
    told = os.environ.get("COLUMNS", "")
    if told.isdigit():
        return int(told)
    for descriptor in (0, 2):
        if os.isatty(descriptor):
            return os.get_terminal_size(descriptor).columns
    return PAGE
