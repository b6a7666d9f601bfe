"""changes: what differs most from the period before: folders, rules, senders, failures."""

from __future__ import annotations

from maildrop_py.report.statistics.figures import Compared
from maildrop_py.report.statistics.places import shown
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.report.statistics.deliveries import Deliveries

SHOWN = 8
LEAST = 3
"""Differences that are smaller say nothing."""


def changes(now: Deliveries, before: Deliveries) -> Iterator[Compared]:
    """A figure for each way to count in which something differs."""
    counted = (
        ("folders", text("Folders"), text("folder"), now.folders.counts, before.folders.counts),
        ("rules", text("Rules"), text("rule"), now.rules.sums(), before.rules.sums()),
        ("lists", text("Mailing lists"), text("list"), now.lists.sums(), before.lists.sums()),
        (
            "sender-domains",
            text("Domains of envelope senders"),
            text("domain"),
            now.sender_domains.sums(),
            before.sender_domains.sums(),
        ),
        (
            "failures",
            text("Failures and deferrals"),
            text("cause"),
            now.failures.counts,
            before.failures.counts,
        ),
    )
    for key, title, name, present, past in counted:
        rows = tuple(_rows(present, past))
        if rows:
            yield Compared(f"changed-{key}", title, name, rows)


def _rows(present: dict[str, int], past: dict[str, int]) -> Iterator[tuple[str, int, int]]:
    names = {name for name in (*present, *past) if abs(_change(name, present, past)) >= LEAST}
    ranked = sorted(names, key=lambda name: (-abs(_change(name, present, past)), name))
    for name in ranked[:SHOWN]:
        yield shown(name), present.get(name, 0), past.get(name, 0)


def _change(name: str, present: dict[str, int], past: dict[str, int]) -> int:
    return present.get(name, 0) - past.get(name, 0)
