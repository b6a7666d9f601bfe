"""figures: what statistics come to, as plain values: each can be drawn, and each is a table.

The same figures make the page, the text in a terminal, a message, CSV and JSON. Counts
are of messages, if nothing else is said.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Figure = "Bars | Columns | HeatMap | Histogram | Funnel | Compared | Facts | Flow | Messages"


@record
class Bars:
    """Counts by name, most first. `parts` divide each count, in the order of `layers`.

    `others` is how many are left out because they are in none of the rows; `name` is what
    the rows are, for the heading of the table, and `unit` what is counted, if not messages.
    """

    key: str
    title: str
    name: str
    rows: tuple[tuple[str, int], ...]
    layers: tuple[str, ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()
    others: int = 0
    remark: str = ""
    unit: str = ""


@record
class Columns:
    """Counts over time: `counts[layer][at]` for each of `layers` and each of `marks`."""

    key: str
    title: str
    name: str
    marks: tuple[str, ...]
    layers: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    remark: str = ""


@record
class HeatMap:
    """`counts[row][column]`, such as weekday and hour."""

    key: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    remark: str = ""


@record
class Histogram:
    """How many have a value from `edges[at]` to below `edges[at + 1]`, by layer.

    `thresholds` are values that a line is drawn at, with a word each.
    """

    key: str
    title: str
    name: str
    edges: tuple[float, ...]
    layers: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    thresholds: tuple[tuple[float, str], ...] = ()
    remark: str = ""


@record
class Funnel:
    """How many were left after each step, and what became of the others."""

    key: str
    title: str
    steps: tuple[tuple[str, int], ...]
    remark: str = ""


@record
class Compared:
    """Counts by name, now and in the period before, those that differ most first."""

    key: str
    title: str
    name: str
    rows: tuple[tuple[str, int, int], ...]
    remark: str = ""


@record
class Facts:
    """Single values: name, value, and the value of the period before ("" if there is none)."""

    key: str
    title: str
    rows: tuple[tuple[str, str, str], ...]
    remark: str = ""


@record
class Flow:
    """How many go from which place to which: places are a kind and a name, `flows` are numbers
    of places on the left and on the right and a count, most first. `names` are of both sides.
    """

    key: str
    title: str
    names: tuple[str, ...]
    left: tuple[tuple[int, str], ...]
    right: tuple[tuple[int, str], ...]
    flows: tuple[tuple[int, int, int], ...]
    remark: str = ""


@record
class Way:
    """One way in which messages change, how many do, and some of them as pieces of a page."""

    before: str
    after: str
    by: str
    count: int
    samples: tuple[str, ...]


@record
class Messages:
    """Ways in which messages change; `others` change in ways that are left out."""

    key: str
    title: str
    ways: tuple[Way, ...]
    others: int = 0
    remark: str = ""


@record
class Report:
    """What a source came to, to be shown in any form; `counts` is the object for programs.

    `lead` is a sentence about all of it, `warnings` what could not be read.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]
    counts: dict[str, Any]
    warnings: tuple[tuple[str, str], ...] = ()


@record
class Section:
    """Figures that belong together, below one heading; `note` is a sentence about all."""

    key: str
    heading: str
    figures: tuple[Any, ...]
    note: str = ""


def table_of(figure: Any) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The headings and the rows of the table that says the same as the figure."""
    found: tuple[tuple[str, ...], list[tuple[str, ...]]] = _TABLES[type(figure).__name__](figure)
    return found


def _of_bars(figure: Bars) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from maildrop_py.translation import text

    rows = [
        (name, str(count), *(str(part) for part in (figure.parts[at] if figure.parts else ())))
        for at, (name, count) in enumerate(figure.rows)
    ]
    if figure.others:
        rows.append((text("(others)"), str(figure.others), *[""] * len(figure.layers)))
    return (figure.name, figure.unit or text("messages"), *figure.layers), rows


def _of_columns(figure: Columns) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = [
        (mark, *(str(layer[at]) for layer in figure.counts)) for at, mark in enumerate(figure.marks)
    ]
    return (figure.name, *figure.layers), rows


def _of_heat_map(figure: HeatMap) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = [(row, *map(str, figure.counts[at])) for at, row in enumerate(figure.rows)]
    return ("", *figure.columns), rows


def _of_histogram(figure: Histogram) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = [
        (f"{figure.edges[at]:g}", *(str(layer[at]) for layer in figure.counts))
        for at in range(len(figure.edges) - 1)
        if any(layer[at] for layer in figure.counts)
    ]
    return (figure.name, *figure.layers), rows


def _of_funnel(figure: Funnel) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from maildrop_py.translation import text

    return (text("step"), text("remaining")), [(name, str(count)) for name, count in figure.steps]


def _of_compared(figure: Compared) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from maildrop_py.translation import text

    rows: list[tuple[str, ...]] = [(it[0], str(it[1]), str(it[2])) for it in figure.rows]
    return (figure.name, text("now"), text("before")), rows


def _of_facts(figure: Facts) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from maildrop_py.translation import text

    if any(before for _, _, before in figure.rows):
        return ("", text("now"), text("before")), [tuple(row) for row in figure.rows]
    return ("", text("value")), [row[:2] for row in figure.rows]


def _of_flow(figure: Flow) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from maildrop_py.translation import text

    rows: list[tuple[str, ...]] = [
        (figure.left[left][1], figure.right[right][1], str(count))
        for left, right, count in figure.flows
    ]
    return (*figure.names, text("messages")), rows


def _of_messages(figure: Messages) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    from maildrop_py.translation import text

    rows: list[tuple[str, ...]] = [
        (f"{way.before} → {way.after}", way.by, str(way.count)) for way in figure.ways
    ]
    return ("", text("rule"), text("messages")), rows


_TABLES: dict[str, Any] = {
    "Bars": _of_bars,
    "Columns": _of_columns,
    "HeatMap": _of_heat_map,
    "Histogram": _of_histogram,
    "Funnel": _of_funnel,
    "Compared": _of_compared,
    "Facts": _of_facts,
    "Flow": _of_flow,
    "Messages": _of_messages,
}
