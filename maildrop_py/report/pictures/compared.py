"""compared: more to the right, less to the left, in a row of the table for each name."""

from __future__ import annotations

from maildrop_py.report.pictures.svg import Markup, element, picture, rectangle
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.statistics.figures import Compared

WIDTH, HALF = 1000, 500


def draw_compared(figure: Compared) -> Markup:
    """A table of now and before, with a bar for the difference."""
    most = max((abs(now - before) for _, now, before in figure.rows), default=1) or 1
    head = element(
        "tr",
        element("th", figure.name, scope="col"),
        element(
            "th", element("span", text("difference"), class_="unseen"), scope="col", class_="bar"
        ),
        element("th", text("now"), element("small", text("before")), scope="col", class_="number"),
    )
    rows = [_row(*row, most) for row in figure.rows]
    table = element("table", element("thead", head), element("tbody", *rows), class_="bars")
    return element("div", table, class_="scroll")


def _row(name: str, now: int, before: int, most: int) -> Markup:
    change = now - before
    width = HALF * abs(change) / most
    words = f"{name}: {change:+,}"
    bar = rectangle(HALF if change > 0 else HALF - width, 0, width, 10,
                    "c0" if change > 0 else "c2", words)  # fmt: skip
    middle = rectangle(HALF - 1, 0, 2, 10, "grid")
    return element(
        "tr",
        element("th", name, scope="row"),
        element("td", picture(WIDTH, 10, words, middle, bar), class_="bar"),
        element("td", f"{now:,}", element("small", f"{before:,}"), class_="number"),
    )
