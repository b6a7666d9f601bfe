"""columns: counts over time, stacked; and histograms, which have thresholds too."""

from __future__ import annotations

from maildrop_py.report.pictures.layers import kinds_of, legend
from maildrop_py.report.pictures.svg import Markup, element, picture, rectangle, together
from maildrop_py.report.tables import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.report.statistics.figures import Columns, Histogram

HEIGHT = 100
STEP, GAP = 10, 2
LINE = 1.3
"""Height of a line of words in a picture, in the page's `rem`."""
NOTHING = Markup()
NARROWEST, LETTER = 260, 6.5
"""Pixels that a picture has on a telephone, and those of a letter below it."""


def draw_columns(figure: Columns) -> Markup:
    """Columns from the left to the right, a label below every so many."""
    drawn = _draw(figure.title, figure.marks, figure.layers, figure.counts)
    return together(legend(figure.layers), drawn)


def draw_histogram(figure: Histogram) -> Markup:
    """Columns for ranges of values, and a line at each threshold with its words above."""
    marks = [f"{edge:g}" for edge in figure.edges[:-1]]
    width = STEP * len(marks)
    low, high = figure.edges[0], figure.edges[-1]
    inside = [(value, name) for value, name in figure.thresholds if low <= value <= high]
    shapes = [
        rectangle((value - low) / (high - low) * width - 0.2, 0, 0.4, HEIGHT, "line",
                  f"{name}: {value:g}")
        for value, name in inside
    ]  # fmt: skip
    words = [((value - low) / (high - low), f"{name} {value:g}") for value, name in inside]
    more = together(*shapes)
    drawn = _draw(figure.title, marks, figure.layers, figure.counts, more, _above(words))
    return together(legend(figure.layers), drawn)


def _above(words: list[tuple[float, str]]) -> list[Markup]:
    """What the lines are, above them: in as many rows as it takes that no two meet."""
    rows: list[tuple[float, list[Markup]]] = []
    for share, text in words:
        room = width_of(text) * LETTER / NARROWEST
        start = share if share + room <= 1 else max(0.0, share - room)
        side = f"left:{100 * share:.2f}%" if start == share else f"right:{100 * (1 - share):.2f}%"
        span = element("span", text, style=side)
        for at, (end, spans) in enumerate(rows):
            if end <= start:
                rows[at] = (start + room, [*spans, span])
                break
        else:
            rows.append((start + room, [span]))
    return [element("div", *spans, class_="thresholds", aria_hidden="true") for _, spans in rows]


def _draw(
    title: str,
    marks: Sequence[str],
    layers: tuple[str, ...],
    counts: tuple[tuple[int, ...], ...],
    more: Markup = NOTHING,
    above: Sequence[Markup] = (),
) -> Markup:
    sums = [sum(layer[at] for layer in counts) for at in range(len(marks))]
    top = ceiling(max(sums, default=0))
    width = STEP * max(1, len(marks))
    shapes = [rectangle(0, HEIGHT * share, width, 0.4, "grid") for share in (0.0, 0.5)]
    for at, mark in enumerate(marks):
        bottom = float(HEIGHT)
        for layer, kind, row in zip(layers, kinds_of(layers), counts, strict=True):
            if row[at]:
                height = HEIGHT * row[at] / top
                bottom -= height
                words = f"{mark}, {layer}: {row[at]:,}"
                left = STEP * at + GAP / 2
                shapes.append(rectangle(left, bottom, STEP - GAP, height, kind, words))
    ends = f"{marks[0]} - {marks[-1]}" if marks else ""
    label = f"{title}: {sum(sums):,}, {ends}"
    chart = picture(width, HEIGHT, label, *shapes, more, kind="tall")
    middle = f"{top / 2:,g}" if top > 1 else ""
    steps = [element("span", step) for step in (f"{top:,}", middle, "0")]
    down = f"margin-top:{LINE * len(above):.4g}rem" if above else None
    scale = element("div", *steps, class_="scale", style=down, aria_hidden="true")
    drawn = element("div", *above, chart, _marks(marks), class_="plot")
    return element("div", scale, drawn, class_="chart")


def ceiling(most: int) -> int:
    """The end of a scale that reaches `most`: a number that is read, and halved, at a glance."""
    power = 1
    while power * 10 < most:
        power *= 10
    ends = (times * power // 10 for times in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100))
    return next(end for end in ends if end >= max(most, 1))


def _marks(marks: Sequence[str]) -> Markup:
    """Some of the marks, each below the middle of its column: as many as a telephone has room."""
    if not marks:
        return Markup()
    marks = [_without_year(mark) for mark in marks]
    widest = max(map(width_of, marks))
    room = max(2, min(8, int(NARROWEST / (widest * LETTER + 12))))
    step = -(-len(marks) // room)
    shown = []
    for at in range(0, len(marks), step):
        middle = 100 * (at + 0.5) / len(marks)
        shown.append(element("span", marks[at], style=f"left:{middle:.2f}%"))
    return element("div", *shown, class_="marks", aria_hidden="true")


def _without_year(mark: str) -> str:
    """A day without its year, which there is no room for; anything else as it is."""
    return mark[5:] if len(mark) == 10 and mark[4] == mark[7] == "-" else mark
