"""tables: columns of text for people, which other commands can cut up too.

Off a terminal nothing is cut and no line is wrapped, however long it is. On a
terminal the columns are made narrower where the page is too small: those first that
have the lowest `order` (subjects), those that say where a message goes last.
Needs no library: loading one takes as long as deciding a thousand messages.

Known limits: a column counts for one, two or no columns of the screen by its East
Asian width; emoji that are joined to one are counted each.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from maildrop_py.record import record
from maildrop_py.report.visible import visible
from maildrop_py.translation import text as translated

BETWEEN = "  "
NEVER = 99


@record
class Column:
    """`order` says when it is made narrower, `least` how narrow; `from_left` cuts the beginning."""

    heading: str
    order: int = NEVER
    least: int = 12
    right: bool = False
    from_left: bool = False


COUNT = Column("messages", right=True)


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table with its headings; as narrow as the terminal, if there is one."""
    cells = [[visible(cell) for cell in row] for row in rows]
    headings = [translated(column.heading) for column in columns]
    widths = [max(map(width_of, column)) for column in zip(headings, *cells, strict=True)]
    page = page_width()
    if page is not None:
        widths = _narrowed(columns, widths, page)
    lines = [_line(columns, widths, row) for row in (headings, *cells)]
    return [painted(lines[0], "1"), *lines[1:]]


def width_of(text: str) -> int:
    """The columns of the screen that `text` takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def page_width() -> int | None:
    """The columns of the terminal that standard output is; None if it is none."""
    if not sys.stdout.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None


def has_colour() -> bool:
    """Whether standard output may be coloured: a terminal, unless NO_COLOR is set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def painted(text: str, code: str) -> str:
    """`text` in the colour or weight `code` (ECMA-48 8.3.117), where there are colours."""
    return f"\x1b[{code}m{text}\x1b[0m" if code and has_colour() else text


def counted(number: int, noun: str) -> str:
    """`1 message`, `2 messages`, `3 addresses`."""
    if number != 1:
        noun += "es" if noun.endswith("s") else "s"
    return translated(f"{{number}} {noun}", number=number)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _narrowed(columns: Sequence[Column], widths: list[int], page: int) -> list[int]:
    """The widths that fit the page, as far as columns may be narrower."""
    too_much = sum(widths) + len(BETWEEN) * (len(widths) - 1) - page
    widths = widths[:]
    for at in sorted(range(len(widths)), key=lambda at: columns[at].order):
        if too_much > 0 and columns[at].order != NEVER:
            least = max(columns[at].least, width_of(translated(columns[at].heading)))
            cut = min(too_much, max(0, widths[at] - least))
            widths[at] -= cut
            too_much -= cut
    return widths


def _line(columns: Sequence[Column], widths: list[int], cells: Sequence[str]) -> str:
    set_cells = map(_set, columns, widths, cells)
    return BETWEEN.join(set_cells).rstrip()


def _set(column: Column, width: int, text: str) -> str:
    text = _cut(text, width, column.from_left)
    blank = " " * (width - width_of(text))
    return blank + text if column.right else text + blank


def _cut(text: str, width: int, from_left: bool) -> str:
    """As much of `text` as fits, with … for the rest."""
    if width_of(text) <= width:
        return text
    kept, room = [], width - 1
    for char in reversed(text) if from_left else text:
        room -= _width(char)
        if room < 0:
            break
        kept.append(char)
    return "…" + "".join(reversed(kept)) if from_left else "".join(kept) + "…"
