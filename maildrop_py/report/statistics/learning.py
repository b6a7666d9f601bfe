"""learning: what the Bayes filter was taught, and how often it was right before it was taught."""

from __future__ import annotations

from maildrop_py.report.statistics.figures import Bars, Facts, Section
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from maildrop_py.evidence.bayes.store import Status


def learning_section(status: Status) -> Section:
    """The figures; none if nothing was taught."""
    return Section("learning", text("Learning"), tuple(_figures(status)))


def learning_object(status: Status) -> dict[str, Any]:
    """The counts for programs."""
    return {
        "spam": status.totals.spam,
        "ham": status.totals.ham,
        "tokens": status.tokens,
        "trials": dict(status.trials),
    }


def _figures(status: Status) -> Iterator[object]:
    if not status.totals.spam and not status.totals.ham:
        return
    rows = ((text("spam"), status.totals.spam), (text("ham"), status.totals.ham))
    yield Bars("learnt", text("What was learnt"), text("kind"), rows)
    trials = dict(status.trials)
    shares = []
    for kind, name in (
        ("spam", text("spam recognized before it was learnt")),
        ("ham", text("ham recognized before it was learnt")),
    ):
        if tried := trials.get(f"tried {kind}", 0):
            share = (tried - trials.get(f"wrong {kind}", 0)) / tried
            shares.append((name, f"{100 * share:.1f} %", ""))
            shares.append((text("of"), f"{tried:,}", ""))
    if shares:
        yield Facts("accuracy", text("How often the filter was right"), tuple(shares))
