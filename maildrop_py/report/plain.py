"""plain: figures as lines of text, for a terminal, a pipe and the body of a message.

Bars and sparklines are made of block characters, which screen fonts have. As wide as the
terminal, or WIDTH columns where there is none. Names are shown as `visible` makes them: a
sender cannot move the cursor.
"""

from __future__ import annotations

import csv
import io

from maildrop_py.report.pictures.layers import kinds_of
from maildrop_py.report.statistics.figures import (
    Bars,
    Columns,
    Compared,
    Funnel,
    HeatMap,
    Histogram,
    table_of,
)
from maildrop_py.report.tables import Column, has_colour, page_width, painted, table, width_of
from maildrop_py.report.visible import visible
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from maildrop_py.report.statistics.figures import Section

WIDTH = 78
EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = " ▁▂▃▄▅▆▇█"
SHADES = " ░▒▓█"
COLOURS = ("34", "36", "33", "35", "90", "31", "32", "95")
"""ECMA-48 colours by the numbers of the page's."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines_of(sections: Iterable[Section]) -> Iterator[str]:
    """All sections, with an empty line between their figures."""
    width = page_width() or WIDTH
    for section in sections:
        yield painted(section.heading, "1;4")
        if section.note:
            yield visible(section.note)
        for figure in section.figures:
            yield ""
            yield painted(figure.title, "1")
            yield from _figure(figure, width)
            if figure.remark and not isinstance(figure, Bars):
                yield visible(figure.remark)
        yield ""


def csv_of(sections: Iterable[Section]) -> str:
    """Every figure's table: section, figure, name, and one column a value (RFC 4180).

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("section", "figure", "name", "column", "value"))
    for section in sections:
        for figure in section.figures:
            headings, rows = table_of(figure)
            for name, *values in rows:
                for heading, value in zip(headings[1:], values, strict=True):
                    if _is_number(value):
                        value = value.replace(",", "")
                    cells = section.key, figure.key, name, heading, value
                    writer.writerow([_harmless(visible(cell)) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True


def _figure(figure: Any, width: int) -> Iterator[str]:
    if isinstance(figure, Bars):
        if len(figure.layers) > 1 and has_colour():
            yield _legend(figure.layers)
            yield from _bars(figure.rows, figure.others, width, figure.parts, figure.layers)
        else:
            yield from _bars(figure.rows, figure.others, width)
    elif isinstance(figure, Funnel):
        yield from _bars(figure.steps, 0, width)
    elif isinstance(figure, Columns):
        yield from _sparklines(figure.marks, figure.layers, figure.counts, width)
    elif isinstance(figure, Histogram):
        marks = tuple(f"{edge:g}" for edge in figure.edges[:-1])
        yield from _sparklines(marks, figure.layers, figure.counts, width)
        for value, name in figure.thresholds:
            yield f"{visible(name)}: {value:g}"
    elif isinstance(figure, HeatMap):
        yield from _heat_map(figure)
    else:
        headings, rows = table_of(figure)
        columns = [Column(it, right=at > 0) for at, it in enumerate(headings)]
        if isinstance(figure, Compared):
            columns.append(Column("", right=True))
            rows = [(*row, f"{int(row[1]) - int(row[2]):+,}") for row in rows]
        yield from table(columns, rows)[0 if len(headings) > 2 else 1 :]


def _legend(layers: tuple[str, ...]) -> str:
    colours = _colours(layers)
    return "  ".join(
        f"{painted(EIGHTHS[8], colour)} {visible(layer)}"
        for layer, colour in zip(layers, colours, strict=True)
    )


def _colours(layers: tuple[str, ...]) -> list[str]:
    """The terminal's colour of each layer: near to that in the page's pictures."""
    return [COLOURS[int(kind[1:])] for kind in kinds_of(layers)]


def _bars(
    rows: tuple[tuple[str, int], ...],
    others: int,
    width: int,
    parts: tuple[tuple[int, ...], ...] = (),
    layers: tuple[str, ...] = (),
) -> Iterator[str]:
    most = max((count for _, count in rows), default=0) or 1
    shown = [(_fitting(visible(name), width // 2), count) for name, count in rows]
    left = max((width_of(name) for name, _ in shown), default=0)
    digits = max(len(f"{count:,}") for _, count in (*shown, ("", others)))
    room = max(4, width - left - digits - 4)
    colours = _colours(layers)
    for at, (name, count) in enumerate(shown):
        blank = " " * (left - width_of(name))
        drawn = bar(count / most, room)
        if parts:
            drawn = _coloured(drawn, parts[at], colours)
        yield f"{name}{blank}  {count:>{digits},}  {drawn}".rstrip()
    if others:
        name = text("(others)")
        yield f"{name}{' ' * max(0, left - width_of(name))}  {others:>{digits},}"


def bar(share: float, room: int) -> str:
    """A bar of block characters that fills `share` of `room` columns."""
    eighths = round(share * room * 8)
    full, rest = divmod(max(eighths, 1 if share else 0), 8)
    return EIGHTHS[8] * full + (EIGHTHS[rest] if rest else "")


def _coloured(drawn: str, parts: tuple[int, ...], colours: list[str]) -> str:
    """The bar in the colours of its parts; each has the cells that are nearest to its share."""
    total, done, start = sum(parts) or 1, 0, 0
    pieces = []
    for part, colour in zip(parts, colours, strict=True):
        done += part
        end = round(len(drawn) * done / total)
        if end > start:
            pieces.append(painted(drawn[start:end], colour))
        start = end
    return "".join(pieces)


def _sparklines(
    marks: tuple[str, ...],
    layers: tuple[str, ...],
    counts: tuple[tuple[int, ...], ...],
    width: int,
) -> Iterator[str]:
    if not marks:
        return
    colours = _colours(layers)
    layers = tuple(_fitting(visible(layer), width // 3) for layer in layers)
    left = max(map(width_of, layers), default=0)
    room = max(8, width - left - 12)
    for layer, row, colour in zip(layers, counts, colours, strict=True):
        sums = _narrowed(row, room)
        most = max(sums) or 1
        line = "".join(HEIGHTS[-(-8 * value // most)] for value in sums)
        yield f"{layer}{' ' * (left - width_of(layer))}  {painted(line, colour)}  {sum(row):,}"
    drawn = min(len(marks), room)
    blank = " " * max(1, drawn - width_of(marks[0]) - width_of(marks[-1]))
    yield f"{' ' * left}  {marks[0]}{blank}{marks[-1]}"


def _narrowed(row: tuple[int, ...], room: int) -> list[int]:
    """The row in at most `room` columns: neighbours are added together."""
    step = -(-len(row) // room)
    return [sum(row[at : at + step]) for at in range(0, len(row), step)]


def _heat_map(figure: HeatMap) -> Iterator[str]:
    most = max((count for row in figure.counts for count in row), default=0) or 1
    left = max(map(width_of, figure.rows))
    for name, row in zip(figure.rows, figure.counts, strict=True):
        shades = "".join(2 * SHADES[-(-4 * count // most)] for count in row)
        yield f"{name}{' ' * (left - width_of(name))}  {shades}  {sum(row):,}"
    marks = "".join(f"{figure.columns[at]:<12}" for at in range(0, len(figure.columns), 6))
    yield f"{' ' * left}  {marks}".rstrip()


def _fitting(name: str, room: int) -> str:
    """As much of `name` as has room, with … for the rest."""
    if width_of(name) <= room:
        return name
    while width_of(name) >= room:
        name = name[:-1]
    return f"{name}…"
