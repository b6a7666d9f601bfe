"""heat_map: counts in rows and columns, the darker the more."""

from __future__ import annotations

from maildrop_py.report.pictures.svg import Markup, element, picture, rectangle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.statistics.figures import HeatMap

SHADES = 8
LABELS = 6
"""Every so manieth column has its name below."""


def draw_heat_map(figure: HeatMap) -> Markup:
    """A square for each count; no message has no colour, the most the darkest."""
    most = max((count for row in figure.counts for count in row), default=0) or 1
    shapes = []
    for at, (name, row) in enumerate(zip(figure.rows, figure.counts, strict=True)):
        for column, count in enumerate(row):
            shade = -(-SHADES * count // most)
            words = f"{name} {figure.columns[column]}: {count:,}"
            shapes.append(rectangle(column + 0.04, at + 0.04, 0.92, 0.92, f"h{shade}", words))
    size = len(figure.columns), len(figure.rows)
    names = element("div", *(element("span", name) for name in figure.rows), class_="rows")
    step = max(1, len(figure.columns) // LABELS)
    marks = [
        element("span", name, style=f"left:{100 * (at + 0.5) / size[0]:.2f}%")
        for at, name in enumerate(figure.columns)
        if at % step == 0
    ]
    chart = picture(*size, f"{figure.title}: {most:,}", *shapes, kind="heat")
    below = element("div", *marks, class_="marks", aria_hidden="true")
    return element("div", names, element("div", chart, below, class_="plot"), class_="chart")
