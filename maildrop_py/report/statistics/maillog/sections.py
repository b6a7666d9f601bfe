"""sections: what Postfix's log came to as figures: what pflogsumm shows, and who connected."""

from __future__ import annotations

from maildrop_py.report.statistics.amounts import SHOWN, duration, size_in_words, worth_showing
from maildrop_py.report.statistics.anonymous import without_addresses
from maildrop_py.report.statistics.calendar import columns_of_days, weekday_names
from maildrop_py.report.statistics.clients import kinds_in_words
from maildrop_py.report.statistics.figures import Bars, Columns, Facts, HeatMap, Section
from maildrop_py.report.statistics.maillog.traffic import DELIVERED, SECONDS
from maildrop_py.report.statistics.places import connection_names, flow_names
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.report.statistics.maillog.sums_by_name import SumsByName
    from maildrop_py.report.statistics.maillog.traffic import Traffic
    from maildrop_py.report.statistics.top import Top

OFTEN = 40
"""Connections of one host that have a column of their own."""


def maillog_sections(traffic: Traffic, anonymous: bool = False) -> list[Section]:
    """All sections that have anything in them. `anonymous` leaves addresses and hosts out."""
    found = (
        Section("overview", text("Overview"), tuple(_overview(traffic))),
        Section("time", text("When mail came"), tuple(_time(traffic))),
        Section("people", text("Senders and recipients"), tuple(_people(traffic, anonymous))),
        Section(
            "trouble", text("Deferred, bounced, refused"), tuple(_failures(traffic, anonymous))
        ),
        Section("clients", text("Who connected"), tuple(_connections(traffic, anonymous))),
        Section("problems", text("Problems of Postfix"), tuple(_problems(traffic, anonymous))),
    )
    return [section for section in found if section.figures]


def _overview(traffic: Traffic) -> Iterator[Facts]:
    names = {
        "received": text("received"),
        "delivered": text("delivered"),
        "forwarded": text("forwarded"),
        "deferred": text("deferred"),
        "deferrals": text("deferrals"),
        "bounced": text("bounced"),
        "rejected": text("rejected"),
        "reject_warnings": text("reject warnings"),
        "held": text("held"),
        "discarded": text("discarded"),
    }
    rows = [(name, f"{traffic.totals[key]:,}", "") for key, name in names.items()]
    for key, name in (
        ("bytes_received", text("size received")),
        ("bytes_delivered", text("size delivered")),
    ):
        rows.append((name, size_in_words(traffic.totals[key]), ""))
    rows.append((text("connections"), f"{traffic.connections.number:,}", ""))
    period = f"{traffic.first} - {traffic.last}" if traffic.first else ""
    yield Facts("overview", text("Messages"), tuple(rows), remark=period)


def _time(traffic: Traffic) -> Iterator[object]:
    flows = flow_names()
    if not traffic.days:
        return
    settled = flows[DELIVERED:]
    days = {day: row[DELIVERED:] for day, row in sorted(traffic.days.items())}
    yield columns_of_days("days", text("What became of mail by day"), days, settled)
    hours = tuple(f"{hour:02}" for hour in range(24))
    week = tuple(map(tuple, traffic.week))
    yield HeatMap("week", text("Received by weekday and hour"), weekday_names(), hours, week)
    by_flow = tuple(tuple(row[at] for row in traffic.hours) for at in range(1, len(flows)))
    yield Columns(
        "hours", text("What became of mail by hour"), text("hour"), hours, settled, by_flow
    )


def _people(traffic: Traffic, anonymous: bool) -> Iterator[Bars]:
    if anonymous:
        return
    domain, address = text("domain"), text("address")
    size, messages = text("bytes"), text("messages")
    for key, title, name, rows, column in (
        ("sender-domains", text("Senders by domain or host"), domain, traffic.sender_domains, 0),
        ("recipient-domains", text("Recipients by domain"), domain, traffic.recipient_domains, 0),
        ("senders", text("Senders"), address, traffic.senders, 0),
        ("recipients", text("Recipients"), address, traffic.recipients, 0),
        ("senders-bytes", text("Senders by bytes"), address, traffic.senders, 1),
        ("recipients-bytes", text("Recipients by bytes"), address, traffic.recipients, 1),
    ):
        yield from _of_rows(key, title, name, rows, column, size if column else messages)


def _failures(traffic: Traffic, anonymous: bool) -> Iterator[Bars]:
    yield from _seconds(traffic)
    titles = {
        "reject": text("Refused, by reason"),
        "reject_warning": text("Warned of, by reason"),
        "hold": text("Held, by reason"),
        "discard": text("Discarded, by reason"),
    }
    for kind, title in titles.items():
        reasons = _without_whom(traffic.refusals[kind], anonymous)
        yield from _of_counts(kind, title, text("reason"), reasons)
    codes = {name.replace("\t", " "): count for name, count in traffic.codes.counts.items()}
    yield from _of_counts("codes", text("Enhanced status codes"), text("code"), codes)
    if not anonymous:
        yield from _of_top("deferrals", text("Deferrals by reason"), traffic.deferrals)
        yield from _of_top("bounces", text("Bounces by reason"), traffic.bounces)


def _seconds(traffic: Traffic) -> Iterator[Bars]:
    if any(traffic.seconds):
        names = [text("within {time}", time=duration(bound)) for bound in SECONDS]
        found = zip([*names, text("longer")], traffic.seconds, strict=True)
        rows = tuple((name, count) for name, count in found if count)
        yield Bars("seconds", text("How long until delivered"), text("time"), rows)


def _connections(traffic: Traffic, anonymous: bool) -> Iterator[object]:
    counted = traffic.connections
    if not counted.number:
        return
    unit = text("connections")
    outcomes = [each for each in zip(connection_names(), counted.outcomes, strict=True) if each[1]]
    yield Bars(
        "outcomes", text("What became of connections"), text("outcome"), tuple(outcomes), unit=unit
    )
    yield _per_host(counted.per_host())
    for key, title, name, tally in (
        ("domains", text("Top-level domains of clients"), text("domain"), counted.top_level),
        ("countries", text("Countries of clients"), text("country"), counted.countries),
        ("helo", text("Kinds of HELO names, where something was refused"), text("kind"),
         counted.helo),
    ):  # fmt: skip
        remark = kinds_in_words(tally) if key == "helo" else ""
        bars = tally.bars(f"client-{key}", title, name, SHOWN, text, unit=unit, remark=remark)
        yield from [bars] if bars.rows else []
    if not anonymous:
        yield from _of_top("hosts", text("Client hosts"), counted.hosts, text("host"), unit)


def _per_host(hosts: dict[int, int]) -> Columns:
    """How many hosts came so often: greylisting and patience show in it."""
    marks = [*map(str, range(1, OFTEN + 1)), f"> {OFTEN}"]
    counts = [hosts.get(number, 0) for number in range(1, OFTEN + 1)]
    counts.append(sum(number for often, number in hosts.items() if often > OFTEN))
    name = text("connections of one host")
    title = text("How often hosts came")
    return Columns("per-host", title, name, tuple(marks), (text("hosts"),), (tuple(counts),))


def _problems(traffic: Traffic, anonymous: bool) -> Iterator[Bars]:
    if anonymous:
        return
    for kind, title in (
        ("panic", text("Panics")),
        ("fatal", text("Fatal errors")),
        ("warning", text("Warnings")),
        ("master", text("Of the master daemon")),
    ):
        yield from _of_top(kind, title, traffic.problems[kind], text("what"), text("lines"))


def _of_rows(
    key: str, title: str, name: str, rows: SumsByName, column: int, unit: str
) -> Iterator[Bars]:
    shown = tuple((each, int(row[column])) for each, row in rows.most(SHOWN, column) if row[column])
    if shown:
        total = int(sum(row[column] for row in rows.rows.values()))
        others = total - sum(count for _, count in shown)
        remark = "" if rows.is_exact else text("There are more names than can be counted: "
                                               "counts of rare ones may be too low.")  # fmt: skip
        yield Bars(key, title, name, shown, others=others, unit=unit, remark=remark)


def _of_top(key: str, title: str, tally: Top, name: str = "", unit: str = "") -> Iterator[Bars]:
    if tally.total:
        most = worth_showing(tally.most(SHOWN), SHOWN)
        rows = tuple((each.replace("\t", ": "), count) for each, count in most)
        yield Bars(
            key, title, name or text("reason"), rows, others=tally.rest(len(rows)), unit=unit
        )


def _of_counts(key: str, title: str, name: str, counts: dict[str, int]) -> Iterator[Bars]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if ranked:
        others = sum(count for _, count in ranked[SHOWN:])
        yield Bars(key, title, name, tuple(ranked[:SHOWN]), others=others)


def _without_whom(tally: Top, anonymous: bool) -> dict[str, int]:
    """Refusals by command and reason alone."""
    found: dict[str, int] = {}
    for name, count in tally.counts.items():
        reason = ": ".join(name.split("\t")[:-1])
        reason = without_addresses(reason) if anonymous else reason
        found[reason] = found.get(reason, 0) + count
    return found
