"""messages: ways in which messages change, each folded, with messages and why in it."""

from __future__ import annotations

from maildrop_py.report.pictures.svg import Markup, element, together
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.statistics.figures import Messages, Way


def draw_messages(figure: Messages) -> Markup:
    """All ways; at the end how many messages change in ways that are not shown."""
    ways = [_way(way, is_open=at == 0) for at, way in enumerate(figure.ways)]
    if figure.others:
        rest = text(
            "{number} more messages, in rarer ways, are left out.", number=f"{figure.others:,}"
        )
        ways.append(element("p", rest, class_="remark"))
    return together(*ways)


def _way(way: Way, is_open: bool) -> Markup:
    count = element("span", f"{way.count:,}", class_="count")
    arrow = element("span", way.before, " → ", element("b", way.after), class_="arrow")
    summary = element("summary", count, " ", arrow, " ", element("small", way.by))
    samples = [Markup(sample) for sample in way.samples]
    if left := way.count - len(samples):
        samples.append(element("p", text("{number} more are left out.", number=f"{left:,}")))
    attributes = {"open": ""} if is_open else {}
    return element("details", summary, *samples, class_="way", **attributes)
