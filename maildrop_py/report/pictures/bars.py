"""bars: counts by name, a bar in each row of their table."""

from __future__ import annotations

from maildrop_py.report.pictures.layers import kinds_of, legend
from maildrop_py.report.pictures.svg import Markup, element, picture, rectangle, together
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.statistics.figures import Bars

WIDTH = 1000


def draw_bars(figure: Bars) -> Markup:
    """The table, with a bar for each row that is divided as the row's parts are."""
    most = max((count for _, count in figure.rows), default=1) or 1
    total = sum(count for _, count in figure.rows) + figure.others
    head = element(
        "tr",
        element("th", figure.name, scope="col"),
        element("th", element("span", text("share"), class_="unseen"), scope="col", class_="bar"),
        element("th", figure.unit or text("messages"), scope="col", class_="number"),
    )
    rows = [_row(figure, at, most, total) for at in range(len(figure.rows))]
    if figure.others:
        rows.append(_others(figure, total))
    table = element("table", element("thead", head), element("tbody", *rows), class_="bars")
    return together(legend(figure.layers), element("div", table, class_="scroll"))


def _row(figure: Bars, at: int, most: int, total: int) -> Markup:
    name, count = figure.rows[at]
    parts = figure.parts[at] if figure.parts else (count,)
    layers = figure.layers or ("",)
    shapes = []
    left = 0.0
    for part, layer, kind in zip(parts, layers, kinds_of(layers), strict=True):
        if part:
            width = WIDTH * part / most
            words = f"{name}, {layer}: {part:,}" if layer else f"{name}: {part:,}"
            shapes.append(rectangle(left, 0, width, 10, kind, words))
            left += width
    share = f"{100 * count / total:.1f} %"
    label = f"{name}: {count:,}, {share}"
    return element(
        "tr",
        element("th", name, scope="row"),
        element("td", picture(WIDTH, 10, label, *shapes), class_="bar"),
        element("td", f"{count:,}", element("small", share), class_="number"),
    )


def _others(figure: Bars, total: int) -> Markup:
    share = f"{100 * figure.others / total:.1f} %"
    return element(
        "tr",
        element("th", text("(others)"), scope="row"),
        element("td", class_="bar"),
        element("td", f"{figure.others:,}", element("small", share), class_="number"),
        class_="others",
    )
