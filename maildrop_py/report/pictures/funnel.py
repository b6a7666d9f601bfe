"""funnel: how many are left after each step."""

from __future__ import annotations

from maildrop_py.report.pictures.svg import Markup, element, picture, rectangle
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.statistics.figures import Funnel

WIDTH = 1000


def draw_funnel(figure: Funnel) -> Markup:
    """A table of the steps with bars in the middle of their cells."""
    most = max((count for _, count in figure.steps), default=0) or 1
    rows = []
    for name, count in figure.steps:
        width = WIDTH * count / most
        share = f"{100 * count / most:.1f} %"
        shape = rectangle((WIDTH - width) / 2, 0, width, 10, "c0", f"{name}: {count:,}")
        rows.append(
            element(
                "tr",
                element("th", name, scope="row"),
                element(
                    "td", picture(WIDTH, 10, f"{name}: {count:,}, {share}", shape), class_="bar"
                ),
                element("td", f"{count:,}", element("small", share), class_="number"),
            )
        )
    head = element(
        "tr",
        element("th", text("step"), scope="col"),
        element("th", element("span", text("share"), class_="unseen"), scope="col", class_="bar"),
        element("th", text("remaining"), scope="col", class_="number"),
    )
    table = element("table", element("thead", head), element("tbody", *rows), class_="bars")
    return element("div", table, class_="scroll")
