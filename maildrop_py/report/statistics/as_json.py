"""as_json: the counts of the delivery log as one object for programs; never translated."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.report.statistics.deliveries import Deliveries
    from maildrop_py.report.statistics.reading import Account
    from maildrop_py.report.statistics.split import Split
    from maildrop_py.report.statistics.top import Top

MOST = 1000
PLACES = ("inbox", "folders", "junk", "programs", "discarded", "rejected")


def as_object(account: Account) -> dict[str, Any]:
    """All counts, most first; days in order. `before` is the period before, if there is one."""
    found = _counts(account.now)
    if account.before.messages or account.before.results:
        found["before"] = _counts(account.before)
    return found


def _counts(counted: Deliveries) -> dict[str, Any]:
    clients = counted.clients
    found: dict[str, Any] = {
        "first": counted.first,
        "last": counted.last,
        "messages": counted.messages,
        "bytes": counted.bytes,
        "results": dict(counted.results),
        "folders": _top(counted.folders),
        "rules": _split(counted.rules),
        "reasons": _top(counted.reasons),
        "days": {day: sum(row) for day, row in sorted(counted.calendar.days.items())},
        "hours": counted.calendar.hours,
        "lists": _by_place(counted.lists),
        "sender_domains": _by_place(counted.sender_domains),
        "spf": _by_place(counted.spf),
        "dnsbl": _by_place(counted.dnsbl),
        "client_domains": _by_place(clients.domains),
        "client_countries": _by_place(clients.countries),
        "helo": _by_place(clients.helo),
        "s25r": _by_place(clients.s25r),
        "dynamic": _by_place(clients.dynamic),
        "deferred": {"now": len(counted.waits.waiting), "seconds": _quartiles(counted)},
        "filed_mail": _top(counted.filed),
        "unreadable": counted.unreadable,
        "senders": _by_place(counted.senders),
        "recipients": _top(counted.recipients),
        "hosts": _by_place(clients.hosts),
        "failures": _top(counted.failures),
        "warnings": _top(counted.warnings),
    }
    return found


def _quartiles(counted: Deliveries) -> list[float]:
    """The smallest, the quartiles and the largest of how long deferred mail took, in seconds."""
    values = sorted(counted.waits.seconds)
    return (
        [values[min(len(values) - 1, len(values) * at // 4)] for at in range(5)] if values else []
    )


def _top(tally: Top) -> dict[str, int]:
    found = dict(tally.most(MOST))
    rest = tally.total - sum(found.values())
    return found | {"(others)": rest} if rest else found


def _split(tally: Split) -> dict[str, int]:
    ranked = sorted(tally.counts.items(), key=lambda item: (-sum(item[1]), item[0]))[:MOST]
    return {name: sum(row) for name, row in ranked}


def _by_place(tally: Split) -> dict[str, dict[str, int]]:
    ranked = sorted(tally.counts.items(), key=lambda item: (-sum(item[1]), item[0]))[:MOST]
    return {
        name: {place: count for place, count in zip(PLACES, row, strict=True) if count}
        for name, row in ranked
    }
