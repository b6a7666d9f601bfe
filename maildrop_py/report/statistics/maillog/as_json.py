"""as_json: what Postfix's log came to as one object for programs; never translated."""

from __future__ import annotations

from maildrop_py.report.statistics.maillog.connections import BROUGHT, GREYLISTED, LEFT, REFUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.report.statistics.maillog.connections import Connections
    from maildrop_py.report.statistics.maillog.sums_by_name import SumsByName
    from maildrop_py.report.statistics.maillog.traffic import Traffic
    from maildrop_py.report.statistics.split import Split
    from maildrop_py.report.statistics.top import Top

MOST = 1000
FLOWS = ("received", "delivered", "deferred", "bounced", "rejected")
OUTCOMES = {"brought_mail": BROUGHT, "left": LEFT, "greylisted": GREYLISTED, "refused": REFUSED}


def traffic_as_object(traffic: Traffic, anonymous: bool = False) -> dict[str, Any]:
    """All counts, most first; what --anonymous leaves out is not there."""
    found: dict[str, Any] = {
        "first": traffic.first,
        "last": traffic.last,
        "lines": traffic.lines,
        "other_lines": traffic.others,
        "messages": traffic.totals
        | {
            "senders": len(traffic.senders.rows),
            "sender_domains": len(traffic.sender_domains.rows),
            "recipients": len(traffic.recipients.rows),
            "recipient_domains": sum(row[0] > 0 for row in traffic.recipient_domains.rows.values()),
            "without_size": traffic.unsized,
        },
        "exact": all(rows.is_exact for rows in (traffic.senders, traffic.recipients)),
        "days": {
            day: dict(zip(FLOWS, row, strict=True)) for day, row in sorted(traffic.days.items())
        },
        "hours": [dict(zip(FLOWS, row, strict=True)) for row in traffic.hours],
        "status_codes": nested(traffic.codes),
        "connections": _connections(traffic.connections, anonymous),
    }
    return found if anonymous else found | _with_names(traffic)


def _with_names(traffic: Traffic) -> dict[str, Any]:
    sums, delays = ("messages", "bytes"), ("messages", "bytes", "deferrals", "delay", "most_delay")
    found: dict[str, Any] = {
        "senders": _rows(traffic.senders, sums),
        "sender_domains": _rows(traffic.sender_domains, sums),
        "recipients": _rows(traffic.recipients, sums),
        "recipient_domains": _rows(traffic.recipient_domains, delays),
        "deferrals": nested(traffic.deferrals),
        "bounces": nested(traffic.bounces),
    }
    found["refusals"] = {kind: nested(tally) for kind, tally in traffic.refusals.items()}
    found["problems"] = {kind: nested(tally) for kind, tally in traffic.problems.items()}
    return found


def _connections(counted: Connections, anonymous: bool) -> dict[str, Any]:
    row = ("connections", "seconds", "most_seconds")
    found: dict[str, Any] = {
        "number": counted.number,
        "seconds": counted.seconds,
        "hosts": len(counted.hosts.counts),
        "outcomes": {name: counted.outcomes[at] for name, at in OUTCOMES.items()},
        "hours": [dict(zip(row, map(int, hour), strict=True)) for hour in counted.hours],
        "top_level_domains": _split(counted.top_level),
        "countries": _split(counted.countries),
        "helo": _split(counted.helo),
        "per_host": counted.per_host(),
    }
    if not anonymous:
        found["domains"] = _rows(counted.domains, row)
    return found


def nested(tally: Top) -> dict[str, Any]:
    """Counts by names of several parts, as objects in objects."""
    found: dict[str, Any] = {}
    for name, count in tally.most(MOST):
        *groups, last = name.split("\t")
        place = found
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = count
    return found


def _rows(rows: SumsByName, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    return {
        name: {
            each: int(value) if float(value).is_integer() else round(value, 3)
            for each, value in zip(names, row, strict=True)
        }
        for name, row in rows.most(MOST)
    }


def _split(tally: Split) -> dict[str, dict[str, int]]:
    ranked = sorted(tally.counts.items(), key=lambda item: (-sum(item[1]), item[0]))[:MOST]
    return {name: {key: row[at] for key, at in OUTCOMES.items() if row[at]} for name, row in ranked}
