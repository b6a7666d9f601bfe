"""anonymous: statistics that may be shown to others: no addresses, no hosts, no paths of files.

Senders, recipients and client hosts are left out; of a sender's domain the top-level domain
is left. In names of rules and folders, and in reasons and errors, `…` stands for what looks
like a mail address, an IP address or a path.

Known limits: a name of a folder, a rule or a list may itself say who somebody is.
"""

from __future__ import annotations

import re

from maildrop_py.report.statistics.split import Split
from maildrop_py.report.statistics.top import Top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.report.statistics.deliveries import Deliveries

_HIDDEN = (
    (re.compile(r"[^\s<>\"'(),;:|]+@[^\s<>\"'(),;:|]+"), "…@…"),
    (re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", re.ASCII), "…"),
    (re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7}(?![\w:])"), "…"),
    (re.compile(r"(?<![\w/])[~.]{0,2}/[^\s\"'(),;:|]+"), "/…"),
)


def without_addresses(text: str) -> str:
    """`text` with `…` for mail addresses, IP addresses and paths of files."""
    for pattern, shown in _HIDDEN:
        text = pattern.sub(shown, text)
    return text


def make_anonymous(counted: Deliveries) -> None:
    """Take out of the counts whatever says who wrote to whom."""
    counted.senders, counted.recipients, counted.clients.hosts = Split(), Top(), Split()
    _rename(counted.sender_domains, _top_level)
    _rename(counted.rules, without_addresses)
    for tally in (counted.folders, counted.reasons, counted.failures, counted.warnings):
        renamed = Top()
        renamed.others = tally.others
        for name, count in tally.counts.items():
            renamed.add(without_addresses(name), count)
        tally.counts = renamed.counts
    for timeline in (counted.folder_days, counted.rule_days):
        for day, row in timeline.days.items():
            mine: dict[str, int] = {}
            for name, count in row.items():
                name = without_addresses(name)
                mine[name] = mine.get(name, 0) + count
            timeline.days[day] = mine


def _rename(tally: Split, renamed: Callable[[str], str]) -> None:
    """Give every name its new one; those that are the same then are added together."""
    found = Split(tally.names)
    for name, row in tally.counts.items():
        mine = found.counts.setdefault(renamed(name), [0] * len(row))
        mine[:] = [a + b for a, b in zip(mine, row, strict=True)]
    tally.counts = found.counts


def _top_level(domain: str) -> str:
    return domain if domain == "<>" else f"….{domain.rpartition('.')[2]}"
