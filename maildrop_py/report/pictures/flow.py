"""flow: how many messages go from which place to which, as bands between two columns (Sankey).

A place is as high as its count, and has at least the room of its name. Bands have the
colour of where they end; what stays where it is has none. The names are HTML beside the
picture; the table says the same in numbers. Lengths are in the page's `rem`.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.report.pictures.svg import Markup, element, picture
from maildrop_py.report.statistics.places import KINDS
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from maildrop_py.report.statistics.figures import Flow

    Side = dict[int, tuple[float, float, int]]
    """For each place the top and the height of its bar, and how many messages it has."""

FULL, SLOT, GAP, THINNEST = 20.0, 1.4, 0.25, 0.1
"""Height of all messages; of a name; between places; of a band."""
WIDTH, BAR = 100.0, 2.0
REST = 7
"""The kind of what stands for all places that are not drawn by themselves."""
ROWS = 30
"""Flows in the table."""


@record
class Band:
    """From `left` to `right`, at these heights, so thick."""

    left: int
    right: int
    count: int
    tops: tuple[float, float]
    thick: float


def draw_flow(figure: Flow) -> Markup:
    """The picture, and its table beside it."""
    return element("div", _chart(figure), _table(figure), class_="beside")


def _chart(figure: Flow) -> Markup:
    total = sum(count for _, _, count in figure.flows) or 1
    thick = [max(THINNEST, FULL * count / total) for _, _, count in figure.flows]
    orders = _orders(figure)
    sides = [_heights(figure, at, thick, orders[at]) for at in (0, 1)]
    sides, height = _in_the_middle(sides)
    shapes = [_band(figure, band) for band in _bands(figure, thick, sides, orders)]
    for at, places in ((0, figure.left), (1, figure.right)):
        shapes += [
            _bar(at, top, size, places[place], count)
            for place, (top, size, count) in sides[at].items()
        ]
    label = f"{figure.title}: {total:,}"
    drawn = element(
        "div",
        _names(figure.left, sides[0], "before"),
        picture(WIDTH, height, label, *shapes, kind="bands"),
        _names(figure.right, sides[1], "after"),
        class_="flow",
        style=f"height:{height:.4g}rem",
    )
    heads = [element("p", name) for name in figure.names]
    return element("div", element("div", *heads, class_="ends", aria_hidden="true"), drawn)


def _orders(figure: Flow) -> tuple[list[int], list[int]]:
    """The places of each side from the top: larger ones first, and few bands that cross."""
    sums: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for left, right, count in figure.flows:
        sums[0][left] = sums[0].get(left, 0) + count
        sums[1][right] = sums[1].get(right, 0) + count
    lefts = sorted(sums[0], key=lambda place: (_is_rest(figure.left[place]), -sums[0][place]))
    middle = dict.fromkeys(sums[1], 0.0)
    for left, right, count in figure.flows:
        middle[right] += lefts.index(left) * count / sums[1][right]
    rights = sorted(
        sums[1],
        key=lambda place: (
            _is_rest(figure.right[place]),
            round(middle[place], 1),
            -sums[1][place],
        ),
    )
    return lefts, rights


def _is_rest(place: tuple[int, str]) -> bool:
    """Whether it stands for many places, which comes last."""
    return place[0] == REST


def _heights(figure: Flow, at: int, thick: Sequence[float], order: list[int]) -> Side:
    """The top and the height of each place's bar, and how many messages it has."""
    sizes = dict.fromkeys(order, 0.0)
    counts = dict.fromkeys(order, 0)
    for flow, size in zip(figure.flows, thick, strict=True):
        sizes[flow[at]] += size
        counts[flow[at]] += flow[2]
    found, top = {}, 0.0
    for place in order:
        room = max(SLOT, sizes[place])
        found[place] = (top + (room - sizes[place]) / 2, sizes[place], counts[place])
        top += room + GAP
    return found


def _in_the_middle(sides: list[Side]) -> tuple[list[Side], float]:
    """Both sides with the shorter one moved down to the middle, and the height of all."""
    heights = [_bottom(side) for side in sides]
    moved = []
    for side, height in zip(sides, heights, strict=True):
        down = (max(heights) - height) / 2
        moved.append({at: (top + down, size, count) for at, (top, size, count) in side.items()})
    return moved, max(heights)


def _bottom(side: Side) -> float:
    return max(top + size + max(0, SLOT - size) / 2 for top, size, _ in side.values())


def _bands(
    figure: Flow,
    thick: Sequence[float],
    sides: list[Side],
    orders: tuple[list[int], list[int]],
) -> list[Band]:
    """At each place the bands are in the order of their other ends."""
    tops: list[dict[int, float]] = [{}, {}]
    for at in (0, 1):
        used = {place: top for place, (top, _, _) in sides[at].items()}
        for number in sorted(
            range(len(figure.flows)), key=lambda it: orders[1 - at].index(figure.flows[it][1 - at])
        ):
            place = figure.flows[number][at]
            tops[at][number] = used[place]
            used[place] += thick[number]
    return [
        Band(left, right, count, (tops[0][number], tops[1][number]), thick[number])
        for number, (left, right, count) in enumerate(figure.flows)
    ]


def _band(figure: Flow, band: Band) -> Markup:
    start, end, middle = BAR, WIDTH - BAR, WIDTH / 2
    (top, other), thick = band.tops, band.thick
    path = (
        f"M{start:g} {top:.4g}C{middle:g} {top:.4g} {middle:g} {other:.4g} {end:g} {other:.4g}"
        f"V{other + thick:.4g}"
        f"C{middle:g} {other + thick:.4g} {middle:g} {top + thick:.4g} {start:g} {top + thick:.4g}Z"
    )
    before, after = figure.left[band.left], figure.right[band.right]
    kind = "same" if before == after else _colour(after)
    words = f"{before[1]} → {after[1]}: {band.count:,}"
    return element("path", element("title", words), d=path, class_=f"band {kind}")


def _bar(at: int, top: float, size: float, place: tuple[int, str], count: int) -> Markup:
    return element(
        "rect",
        element("title", f"{place[1]}: {count:,}"),
        x=f"{at * (WIDTH - BAR):g}",
        y=f"{top:.4g}",
        width=f"{BAR:g}",
        height=f"{size:.4g}",
        class_=_colour(place),
    )


def _colour(place: tuple[int, str]) -> str:
    """Places where mail goes have the colour that they have everywhere."""
    return f"c{place[0]}" if place[0] < KINDS else "plain"


def _names(places: tuple[tuple[int, str], ...], side: Side, which: str) -> Markup:
    labels = []
    for place, (top, size, count) in side.items():
        room = max(SLOT, size)
        style = f"top:{top - (room - size) / 2:.4g}rem;height:{room:.4g}rem"
        name = places[place][1]
        words = element("span", name, title=name), element("small", f"{count:,}")
        labels.append(element("p", *words, style=style))
    return element("div", *labels, class_=f"names {which}", aria_hidden="true")


def _table(figure: Flow) -> Markup:
    total = sum(count for _, _, count in figure.flows) or 1
    head = [element("th", name, scope="col") for name in figure.names]
    head.append(element("th", text("messages"), scope="col", class_="number"))
    rows = [_row(figure, flow, total) for flow in figure.flows[:ROWS]]
    if rest := sum(count for _, _, count in figure.flows[ROWS:]):
        rows.append(_cells(text("(others)"), "", rest, total, "same"))
    body = element("tbody", *rows)
    table = element("table", element("thead", element("tr", *head)), body, class_="flows")
    return element("div", table, class_="scroll")


def _row(figure: Flow, flow: tuple[int, int, int], total: int) -> Markup:
    before, after = figure.left[flow[0]], figure.right[flow[1]]
    kind = "same" if before == after else None
    return _cells(before[1], after[1], flow[2], total, kind)


def _cells(before: str, after: str, count: int, total: int, kind: str | None) -> Markup:
    share = element("small", f"{100 * count / total:.1f} %")
    return element(
        "tr",
        element("th", before, scope="row"),
        element("td", after),
        element("td", f"{count:,}", share, class_="number"),
        class_=kind,
    )
