"""live: what a server counts, as lines for a terminal: sums, rates, and bars, for `top`.

Two looks at the figures make rates: how many more there are, by the seconds between.
"""

from __future__ import annotations

from maildrop_py.report.plain import HEIGHTS, bar
from maildrop_py.report.tables import width_of
from maildrop_py.report.visible import visible
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Sample = tuple[str, dict[str, str], float]
    Line = tuple[str, str]
    """Its text and its style: "title", "good", "late", "bad" or ""."""

Figures = dict[str, dict[str, float]]
"""Family -> value of its label, "" for none -> number."""

MOST_RULES = 12
LONGEST = 200  # characters of a label; a server that is none of ours may send any
GAUGES = ("sessions", "recipient_processes", "waiting_messages", "policy_connections")
COUNTS = (
    "messages",
    "evidence_unknown",
    "policy_evidence_unknown",
    "policy_actions",
    "greylist_outcomes",
    "rules_fired",
    "policy_rules_fired",
)
BUCKETS, LARGEST = "delivery_seconds_bucket", 1e18
FLOW = ("messages", "policy_actions")
STYLES = {
    **dict.fromkeys(("delivered", "pass"), "good"),
    **dict.fromkeys(("deferred", "greylist", "tarpit", "defer"), "late"),
    **dict.fromkeys(("refused", "reject"), "bad"),
}
"""How a row is coloured, where there are colours, by its label."""


def figures_of(samples: Iterable[Sample]) -> Figures:
    """Family -> value of its label ("" for none) -> number; of a histogram its buckets.

    What is no count, because the server is none of ours, is left out.
    """
    found: Figures = {}
    for name, labels, value in samples:
        label = next(iter(labels.values()), "")[:LONGEST]
        if 0 <= value <= LARGEST and (name != BUCKETS or _is_bound(label)):
            found.setdefault(name.removesuffix("_total"), {})[label] = value
    return found


def _is_bound(label: str) -> bool:
    try:
        return float(label) >= 0
    except ValueError:
        return False


def rate_of(now: Figures, before: Figures, seconds: float) -> float:
    """Messages, or recipients that a policy judged, in a second; 0 at the first look."""
    sums = [sum(sum(it.get(name, {}).values()) for name in FLOW) for it in (now, before)]
    return max(0.0, sums[0] - sums[1]) / seconds if seconds > 0 else 0.0


def lines_of_figures(
    now: Figures,
    before: Figures,
    seconds: float,
    width: int = 80,
    rates: Sequence[float] = (),
) -> Iterator[Line]:
    """The lines; `before` are the figures of `seconds` ago, the same as `now` at first.

    `rates` are those of the last looks, the latest at the end.
    """
    gauges = [(name, now[name].get("", 0)) for name in GAUGES if name in now]
    yield "   ".join(f"{_title(name)} {value:,.0f}" for name, value in gauges), ""
    if rates:
        label = text("in a second: {number}", number=f"{rates[-1]:,.1f}")
        yield f"{label}  {_drawn(rates, width - width_of(label) - 2)}", "good"
    limits = now.get("limits_reached", {}).get("", 0)
    if limits:
        yield text("limits reached: {number}", number=f"{limits:,.0f}"), "late"
    if BUCKETS in now:
        half, most = _quantile(now, 0.5), _quantile(now, 0.99)
        says = "half of the messages within {half} s, 99 % within {most} s"
        yield text(says, half=half, most=most), ""
    for name in COUNTS:
        yield from _counts(name, now.get(name, {}), before.get(name, {}), seconds, width)


def _drawn(rates: Sequence[float], room: int) -> str:
    """The last rates as a sparkline, as many as there is room for."""
    shown = rates[-max(1, room) :]
    most = max(shown) or 1.0
    return "".join(HEIGHTS[-(-8 * round(1000 * rate / most) // 1000)] for rate in shown)


def _counts(
    name: str, now: dict[str, float], before: dict[str, float], seconds: float, width: int
) -> Iterator[Line]:
    rows = sorted(((count, label) for label, count in now.items() if count), reverse=True)
    if not rows:
        return
    shown = rows[:MOST_RULES]
    yield "", ""
    yield _title(name), "title"
    left = min(max(width_of(visible(label)) for _, label in shown), width // 2)
    most = max(count for count, _ in shown)
    for count, label in shown:
        rate = (count - before.get(label, 0)) / seconds if seconds > 0 else 0.0
        drawn = bar(count / most, max(4, width - left - 28))
        name_ = visible(label)
        while width_of(name_) > left:
            name_ = name_[:-1]
        blank = " " * (left - width_of(name_))
        style = STYLES.get(label, "")
        yield f"{name_}{blank} {count:>10,.0f} {rate:>8.1f}/s  {drawn}".rstrip(), style


def _quantile(now: Figures, share: float) -> str:
    """The bound of the bucket in which that share of all is reached."""
    buckets = now[BUCKETS]
    total = buckets.get("+Inf", 0)
    for bound, count in sorted(buckets.items(), key=lambda item: float(item[0])):
        if total and count >= share * total:
            return "∞" if bound == "+Inf" else f"{float(bound):g}"
    return "-"


def _title(name: str) -> str:
    titles = {
        "sessions": text("sessions"),
        "recipient_processes": text("recipients' processes"),
        "waiting_messages": text("messages waiting"),
        "policy_connections": text("connections"),
        "messages": text("Messages by result"),
        "evidence_unknown": text("Questions without an answer"),
        "policy_evidence_unknown": text("Questions without an answer"),
        "policy_actions": text("Recipients by action"),
        "greylist_outcomes": text("Greylisting"),
        "rules_fired": text("Rules"),
        "policy_rules_fired": text("Rules of the policy"),
    }
    return titles.get(name, name)
