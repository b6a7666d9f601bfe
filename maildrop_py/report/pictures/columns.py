"""columns: counts over time, stacked; and histograms, which have thresholds too."""

from __future__ import annotations

from maildrop_py.report.pictures.layers import kinds_of, legend
from maildrop_py.report.pictures.svg import Markup, element, picture, rectangle, together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.report.statistics.figures import Columns, Histogram

HEIGHT = 100
STEP, GAP = 10, 2
MARKS = 6
"""Labels below the columns: as many as there is room for on a telephone."""


def draw_columns(figure: Columns) -> Markup:
    """Columns from the left to the right, a label below every so many."""
    return _draw(figure.title, figure.marks, figure.layers, figure.counts, Markup())


def draw_histogram(figure: Histogram) -> Markup:
    """Columns for ranges of values, and a line at each threshold with its words above."""
    marks = [f"{edge:g}" for edge in figure.edges[:-1]]
    width = STEP * len(marks)
    low, high = figure.edges[0], figure.edges[-1]
    shapes, words = [], []
    for value, name in figure.thresholds:
        share = (value - low) / (high - low)
        if 0 <= share <= 1:
            shapes.append(
                rectangle(share * width - 0.2, 0, 0.4, HEIGHT, "line", f"{name}: {value:g}")
            )
            side = "right" if share > 0.5 else "left"
            place = 100 * (1 - share) if share > 0.5 else 100 * share
            words.append(element("span", f"{name} {value:g}", style=f"{side}:{place:.2f}%"))
    above = element("div", *words, class_="thresholds", aria_hidden="true") if words else Markup()
    drawn = _draw(figure.title, marks, figure.layers, figure.counts, together(*shapes))
    return together(above, drawn)


def _draw(
    title: str,
    marks: Sequence[str],
    layers: tuple[str, ...],
    counts: tuple[tuple[int, ...], ...],
    more: Markup,
) -> Markup:
    sums = [sum(layer[at] for layer in counts) for at in range(len(marks))]
    most = max(sums, default=0) or 1
    shapes = []
    for at, mark in enumerate(marks):
        bottom = float(HEIGHT)
        for layer, kind, row in zip(layers, kinds_of(layers), counts, strict=True):
            if row[at]:
                height = HEIGHT * row[at] / most
                bottom -= height
                words = f"{mark}, {layer}: {row[at]:,}"
                left = STEP * at + GAP / 2
                shapes.append(rectangle(left, bottom, STEP - GAP, height, kind, words))
    label = f"{title}: {sum(sums):,}, {min(marks, default='')} - {max(marks, default='')}"
    chart = picture(STEP * max(1, len(marks)), HEIGHT, label, *shapes, more, kind="tall")
    scale = element("div", element("span", f"{most:,}"), element("span", "0"), class_="scale")
    return together(
        legend(layers),
        element("div", scale, element("div", chart, _marks(marks), class_="plot"), class_="chart"),
    )


def _marks(marks: Sequence[str]) -> Markup:
    """Some of the marks, each below the middle of its column."""
    if not marks:
        return Markup()
    step = -(-len(marks) // MARKS)
    marks = [_without_year(mark) for mark in marks]
    shown = []
    for at in range(0, len(marks), step):
        middle = 100 * (at + 0.5) / len(marks)
        shown.append(element("span", marks[at], style=f"left:{middle:.2f}%"))
    return element("div", *shown, class_="marks", aria_hidden="true")


def _without_year(mark: str) -> str:
    """A day without its year, which there is no room for; anything else as it is."""
    return mark[5:] if len(mark) == 10 and mark[4] == mark[7] == "-" else mark
