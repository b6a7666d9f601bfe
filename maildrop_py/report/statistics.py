"""statistics: counts of what was done with mail, where it went, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from maildrop_py.report.log_entry import DEFERRED, DELIVERED, DISCARDED, FAILED, REJECTED
from maildrop_py.report.tables import COUNT, Column, table
from maildrop_py.report.wording import NO_RULE

NEW_MAIL = (DELIVERED, DISCARDED, REJECTED)
"""Results of messages that were settled; a deferred one comes again."""


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
        self.failures: Counter[str] = Counter()
        self.filed_mail: Counter[str] = Counter()

    def add(self, entry: dict[str, Any]) -> None:
        """Count one entry."""
        self.warnings.update(entry.get("warnings") or [])
        result = entry["result"]
        if result in (DEFERRED, FAILED):
            self.failures[f"{entry['command']}: {entry.get('error')}"] += 1
        elif result in NEW_MAIL:
            self._add_new(entry)
        else:
            self.filed_mail[f"{result} by {entry['command']}"] += 1

    def _add_new(self, entry: dict[str, Any]) -> None:
        self.messages += 1
        self.bytes += int(entry.get("size") or 0)
        self.by_folder.update(entry.get("folders") or [_elsewhere(entry)])
        self.by_rule[entry.get("rule") or NO_RULE] += 1
        self.by_reason.update(entry.get("reasons") or [])
        self.by_day[f"{datetime.fromisoformat(entry['time']).astimezone():%Y-%m-%d}"] += 1

    def as_json(self) -> dict[str, Any]:
        """All counts, most first; days in order."""
        return {
            "messages": self.messages,
            "bytes": self.bytes,
            "folders": dict(self.by_folder.most_common()),
            "rules": dict(self.by_rule.most_common()),
            "reasons": dict(self.by_reason.most_common()),
            "days": dict(sorted(self.by_day.items())),
            "failures": dict(self.failures.most_common()),
            "filed_mail": dict(self.filed_mail.most_common()),
            "warnings": dict(self.warnings.most_common()),
        }


def _elsewhere(entry: dict[str, Any]) -> str:
    if entry.get("reject"):
        return "(rejected)"
    actions = entry.get("actions") or []
    return f"({actions[0]})" if actions else "(discarded)"


def tables_of(statistics: Statistics) -> Iterator[list[str]]:
    """A table for each way of counting that has anything in it."""
    for heading, counts in (
        ("folder", statistics.by_folder.most_common()),
        ("rule", statistics.by_rule.most_common()),
        ("reason", statistics.by_reason.most_common(20)),
        ("day", sorted(statistics.by_day.items())[-31:]),
        ("mail that was filed already", statistics.filed_mail.most_common()),
        ("failure", statistics.failures.most_common(10)),
        ("warning", statistics.warnings.most_common(10)),
    ):
        if counts:
            yield table((COUNT, Column(heading, order=1)), [(str(n), name) for name, n in counts])
