"""Lines that a small Postfix does not write: what pflogsumm makes of them, and we."""

from __future__ import annotations

from pathlib import Path

from tests.report.statistics.maillog.test_like_pflogsumm import TOTALS, count, flat
from tests.support.pflogsumm import details, needs_pflogsumm, rows, shown, summary, totals

pytestmark = needs_pflogsumm

LOG = Path(__file__).parent / "rare-lines.log"
DETAILS = {
    "message deferral detail": ("deferrals",),
    "message bounce detail (by relay)": ("bounces",),
    "message reject detail": ("refusals", "reject"),
    "message reject warning detail": ("refusals", "reject_warning"),
    "message hold detail": ("refusals", "hold"),
    "Warnings": ("problems", "warning"),
    "Fatal Errors": ("problems", "fatal"),
    "Panics": ("problems", "panic"),
    "Master daemon messages": ("problems", "master"),
}


def test_rare_lines_are_counted_as_pflogsumm_counts_them() -> None:
    counted, printed = count(LOG), summary(LOG)
    found = {name: shown(counted["messages"][ours]) for name, ours in TOTALS.items()}
    assert found == {name: totals(printed)[name] for name in TOTALS}
    for title, path in DETAILS.items():
        part = counted
        for name in path:
            part = part[name]
        assert flat(part) == details(printed, title), title
        assert part, title
    for title, key in (
        ("Senders by message count", "senders"),
        ("Recipients by message count", "recipients"),
        ("Host/Domain Summary: Messages Received", "sender_domains"),
    ):
        table = {row[-1]: row[0] for row in rows(printed, title)}
        assert {name: shown(row["messages"]) for name, row in counted[key].items()} == table
    table = {row[-1]: row for row in rows(printed, "Host/Domain Summary: Message Delivery")}
    assert {name: row["most_delay"] for name, row in counted["recipient_domains"].items()} == {
        "example.net": 9000, "far": 1, "nobody": 0
    }  # fmt: skip
    assert table["example.net"][4] == "2.5h"
    assert counted["messages"]["without_size"] == 1
