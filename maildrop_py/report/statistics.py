"""statistics: counts of what was delivered where, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.table import Table

from maildrop_py.report.dry_run_rows import NO_RULE, add_row, plain_table


class Statistics:
    """Adds up entries of the delivery log."""

    def __init__(self) -> None:
        self.messages = 0
        self.bytes = 0
        self.by_folder: Counter[str] = Counter()
        self.by_rule: Counter[str] = Counter()
        self.by_reason: Counter[str] = Counter()
        self.by_day: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()

    def add(self, entry: dict[str, Any]) -> None:
        """Count one entry."""
        self.messages += 1
        self.bytes += int(entry.get("size") or 0)
        self.by_folder.update(entry.get("folders") or [_elsewhere(entry)])
        self.by_rule[entry.get("rule") or NO_RULE] += 1
        self.by_reason.update(entry.get("reasons") or [])
        self.by_day[str(entry["time"])[:10]] += 1
        self.warnings.update(entry.get("warnings") or [])

    def as_json(self) -> dict[str, Any]:
        """All counts, most first; days in order."""
        return {
            "messages": self.messages,
            "bytes": self.bytes,
            "folders": dict(self.by_folder.most_common()),
            "rules": dict(self.by_rule.most_common()),
            "reasons": dict(self.by_reason.most_common()),
            "days": dict(sorted(self.by_day.items())),
            "warnings": dict(self.warnings.most_common()),
        }


def _elsewhere(entry: dict[str, Any]) -> str:
    if entry.get("reject"):
        return "(rejected)"
    actions = entry.get("actions") or []
    return f"({actions[0]})" if actions else "(discarded)"


def tables_of(statistics: Statistics) -> Iterator[Table]:
    """A table for each way of counting that has anything in it."""
    for heading, counts in (
        ("folder", statistics.by_folder.most_common()),
        ("rule", statistics.by_rule.most_common()),
        ("reason", statistics.by_reason.most_common(20)),
        ("day", sorted(statistics.by_day.items())[-31:]),
        ("warning", statistics.warnings.most_common(10)),
    ):
        if counts:
            yield _table(heading, counts)


def _table(heading: str, counts: list[tuple[str, int]]) -> Table:
    table = plain_table("messages", heading)
    table.columns[0].justify = "right"
    for name, count in counts:
        add_row(table, str(count), name)
    return table
