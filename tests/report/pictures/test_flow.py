"""The picture of a flow: as much comes in at each place as goes out, and no name covers another."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from maildrop_py.report.pictures.flow import FULL, draw_flow
from maildrop_py.report.statistics.figures import Flow, table_of

LINE = 1.1
"""The height of a name in the page, in rem."""

FOLDERS = tuple((1, f"Lists/{name}") for name in "abcdefghijklmn")
FIGURE = Flow(
    key="flow",
    title="From where to where",
    names=("now", "then"),
    left=((0, "INBOX"), (1, "Old"), (7, "(others)")),
    right=((0, "INBOX"), (2, "Junk"), *FOLDERS),
    flows=(
        (0, 0, 5000),
        (0, 1, 900),
        (1, 1, 80),
        *((0, 2 + at, 1) for at in range(len(FOLDERS))),
        (2, 15, 2),
    ),
)


def drawn(figure: Flow) -> ElementTree.Element:
    return ElementTree.fromstring(draw_flow(figure))


def bands(figure: Flow) -> list[tuple[float, float, float]]:
    """The top of each band on the left and on the right, and its height."""
    found = []
    for path in drawn(figure).iter("path"):
        numbers = [float(it) for it in re.findall(r"[\d.]+", path.get("d") or "")]
        found.append((numbers[1], numbers[7], numbers[8] - numbers[7]))
    return found


def test_every_flow_is_a_band_as_wide_as_it_has_messages() -> None:
    sizes = [size for _, _, size in bands(FIGURE)]
    assert len(sizes) == len(FIGURE.flows)
    assert sizes[0] / sizes[1] == pytest.approx(5000 / 900, rel=0.01)
    assert sizes[0] == pytest.approx(FULL * 5000 / 5996, rel=0.01)
    assert min(sizes) > 0.05, "nobody could see it"


@pytest.mark.parametrize("side", [0, 1])
def test_bands_do_not_cover_each_other_at_their_ends(side: int) -> None:
    ends = sorted((band[side], band[side] + band[2]) for band in bands(FIGURE))
    assert all(below[0] >= above[1] - 0.01 for above, below in pairwise(ends))


def test_names_have_a_line_each_and_are_all_inside() -> None:
    root = drawn(FIGURE)
    style = next(it.get("style") for it in root.iter("div") if it.get("class") == "flow")
    height = float(re.findall(r"[\d.]+", style or "")[0])
    for which, number in (("before", 3), ("after", 16)):
        box = next(it for it in root.iter("div") if it.get("class") == f"names {which}")
        places = [
            [float(it) for it in re.findall(r"[\d.]+", label.get("style") or "")] for label in box
        ]
        assert len(places) == number
        assert all(size >= LINE for _, size in places)
        assert places[-1][0] + places[-1][1] <= height + 0.01
        for (top, size), (below, _) in pairwise(places):
            assert below >= top + size


def test_what_stays_has_no_colour_and_the_rest_comes_last() -> None:
    root = drawn(FIGURE)
    kinds = [path.get("class") for path in root.iter("path")]
    assert kinds[:2] == ["band same", "band c2"]
    names = next(it for it in root.iter("div") if it.get("class") == "names before")
    assert [label[0].text for label in names][-1] == "(others)"


def test_the_table_says_the_same_and_counts_what_it_leaves_out() -> None:
    many = tuple((1, f"folder {number}") for number in range(40))
    figure = Flow(
        "flow", "title", ("now", "then"), ((0, "INBOX"),), many,
        tuple((0, number, 40 - number) for number in range(40)),
    )  # fmt: skip
    numbers = [cell.text for row in drawn(figure).iter("tr") for cell in row.findall("td[last()]")]
    assert len(numbers) == 31
    assert numbers[-1] == str(sum(range(1, 11)))
    assert sum(map(int, filter(None, numbers))) == 820
    headings, lines = table_of(figure)
    assert headings == ("now", "then", "messages")
    assert sum(int(line[2]) for line in lines) == 820
