"""sections: the counts of the delivery log as figures, in the order in which they are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import accumulate

from maildrop_py.report.statistics.amounts import SHOWN, duration, size_in_words, worth_showing
from maildrop_py.report.statistics.changes import changes
from maildrop_py.report.statistics.deliveries import HIGHEST, LOWEST, SECONDS
from maildrop_py.report.statistics.figures import Bars, Compared, Facts, Histogram, Section
from maildrop_py.report.statistics.places import (
    DISCARDED,
    ELSEWHERE,
    REJECTED,
    folder_kind,
    kind_names,
    shown,
)
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from maildrop_py.report.statistics.deliveries import Deliveries
    from maildrop_py.report.statistics.reading import Account
    from maildrop_py.report.statistics.top import Top

    Thresholds = Sequence[tuple[float, str]]

WAITS = (60.0, 300.0, 600.0, 1800.0, 3600.0, 4 * 3600.0, 24 * 3600.0, 5 * 24 * 3600.0)
"""Upper bounds, in seconds, of the bins of how long deferred mail took."""


def sections_of(
    account: Account, thresholds: Thresholds = (), filed: bool = False
) -> list[Section]:
    """All sections that have anything in them.

    Of mail that is `filed` only folders are known, and not why it is there.
    """
    now = account.now
    sections = (
        Section("overview", text("Overview"), tuple(_overview(account, filed))),
        Section("changes", text("What changed"), tuple(_changes(account))),
        Section("time", text("When mail came"), tuple(_time(now, filed))),
        Section("filed", text("Where it is"), tuple(_folders(now.folders)))
        if filed
        else Section("filed", text("Where it went, and why"), tuple(_filed(now))),
        Section("people", text("Senders and lists"), tuple(_people(now))),
        Section("spam", text("Spam score"), tuple(_spam(now, thresholds))),
        Section("evidence", text("What was known of the clients"), tuple(_evidence(now))),
        Section("trouble", text("Failures and delays"), tuple(_failures(now))),
        Section("refiled", text("Mail that was filed already"), tuple(_refiled(now))),
    )
    return [section for section in sections if section.figures]


def _overview(account: Account, filed: bool) -> Iterator[Facts]:
    now, before = account.now, account.before
    has_before = bool(before.messages or before.results)
    rows = [
        (name, _shown(name, value), _shown(name, earlier) if has_before else "")
        for (name, value), (_, earlier) in zip(_sums(now, filed), _sums(before, filed), strict=True)
    ]
    period = f"{_local(now.first)} - {_local(now.last)}" if now.first else ""
    yield Facts("overview", text("The period"), tuple(rows), remark=period)


def _changes(account: Account) -> Iterator[Compared]:
    if account.before.messages:
        yield from changes(account.now, account.before)


def _shown(name: str, value: int) -> str:
    return size_in_words(value) if name == text("size") else f"{value:,}"


def _sums(counted: Deliveries, filed: bool) -> list[tuple[str, int]]:
    if filed:
        return [(text("messages"), counted.messages), (text("size"), counted.bytes)]
    return [
        (text("new messages"), counted.messages),
        (text("size"), counted.bytes),
        (text("delivered"), counted.results["delivered"]),
        (text("discarded"), counted.results["discarded"]),
        (text("rejected"), counted.results["rejected"]),
        (text("deferrals"), counted.deferrals),
    ]


def _time(now: Deliveries, filed: bool) -> Iterator[object]:
    if now.messages:
        yield now.calendar.by_day("days", text("Messages by day"))
        yield now.calendar.heat_map("hours", text("Messages by weekday and hour"))
        months = now.calendar.by_month("months", text("Messages by month"))
        if len(months.marks) > 1:
            yield months
        yield now.folder_days.columns("folder-days", text("By folder"))
        if not filed:
            yield now.rule_days.columns("rule-days", text("By rule"))


def _filed(now: Deliveries) -> Iterator[Bars]:
    yield from _folders(now.folders)
    rules = now.rules.bars("rules", text("Rules that ended the run"), text("rule"), SHOWN, shown)
    yield from [rules] if rules.rows else []
    yield from _top("reasons", text("Reasons"), text("rule and condition"), now.reasons)


def _folders(tally: Top) -> Iterator[Bars]:
    rows = tally.most(SHOWN)
    kinds = [_kind_of_folder(name) for name, _ in rows]
    used = sorted(set(kinds))
    if rows:
        yield Bars(
            key="folders",
            title=text("Folders"),
            name=text("folder"),
            rows=tuple((shown(name), it) for name, it in rows),
            layers=tuple(kind_names()[kind] for kind in used),
            parts=tuple(
                tuple(count * (kind == each) for each in used)
                for kind, (_, count) in zip(kinds, rows, strict=True)
            ),
            others=tally.rest(SHOWN),
        )


def _kind_of_folder(name: str) -> int:
    """Names in brackets are no folders, but what was done instead."""
    if not name.startswith("("):
        return folder_kind(name)
    return {"(rejected)": REJECTED, "(discarded)": DISCARDED}.get(name, ELSEWHERE)


def _people(now: Deliveries) -> Iterator[Bars]:
    tallies = [
        ("lists", text("Mailing lists"), text("list"), now.lists),
        ("sender-domains", text("Domains of envelope senders"), text("domain"), now.sender_domains),
        ("senders", text("Envelope senders"), text("sender"), now.senders),
    ]
    for key, title, name, tally in tallies:
        bars = tally.bars(key, title, name, SHOWN)
        yield from [bars] if bars.rows else []
    if len(now.recipients.counts) > 1:
        yield from _top("recipients", text("Recipients"), text("recipient"), now.recipients)


def _spam(now: Deliveries, thresholds: Thresholds) -> Iterator[Histogram]:
    bins = [sum(row[at] for row in now.scores) for at in range(HIGHEST - LOWEST)]
    if not any(bins):
        return
    used = [at for at, count in enumerate(bins) if count]
    lines = [int(value // 1) - LOWEST for value, _ in thresholds]
    first = max(0, min([*used, *lines]) - 1)
    last = min(len(bins), max([*used, *lines]) + 2)
    layers = [at for at, row in enumerate(now.scores) if any(row)]
    yield Histogram(
        key="scores",
        title=text("Spam scores"),
        name=text("from"),
        edges=tuple(float(LOWEST + at) for at in range(first, last + 1)),
        layers=tuple(kind_names()[at] for at in layers),
        counts=tuple(tuple(now.scores[at][first:last]) for at in layers),
        thresholds=tuple(thresholds),
        remark=text("Scores that are lower or higher are counted in the first or last column."),
    )


def _evidence(now: Deliveries) -> Iterator[Bars]:
    for key, title, name, tally in (
        ("spf", text("SPF"), text("result"), now.spf),
        ("dnsbl", text("DNS lists that had the client"), text("list"), now.dnsbl),
    ):
        bars = tally.bars(key, title, name, SHOWN)
        yield from [bars] if bars.rows else []
    yield from now.clients.figures()


def _failures(now: Deliveries) -> Iterator[object]:
    yield from _top("failures", text("Failures and deferrals"), text("cause"), now.failures)
    waits = _bins("waits", text("How long deferred mail took"), WAITS, now.waits.seconds)
    if waits is not None:
        yield waits
    if still := len(now.waits.waiting):
        yield Facts(
            "waiting",
            text("Deferred, and not delivered since"),
            ((text("messages"), f"{still:,}", ""),),
        )
    if any(now.seconds):
        total = sum(now.seconds)
        shares = list(accumulate(now.seconds))
        rows = [
            (
                text("within {seconds} s", seconds=f"{bound:g}"),
                f"{100 * shares[at] / total:.1f} %",
                "",
            )
            for at, bound in enumerate(SECONDS)
            if shares[at] < total or at == 0 or shares[at - 1] < total
        ]
        yield Facts("seconds", text("How long deliveries took"), tuple(rows))
    yield from _top("warnings", text("Warnings"), text("warning"), now.warnings)


def _refiled(now: Deliveries) -> Iterator[Bars]:
    rows = tuple((_done(name), count) for name, count in now.filed.most(SHOWN))
    if rows:
        yield Bars(
            "filed",
            text("Done by refile, watch, import and undo"),
            text("what"),
            rows,
            others=now.filed.rest(SHOWN),
        )


def _done(name: str) -> str:
    result, _, command = name.partition(" by ")
    return text("{result} by {command}", result=text(result), command=command)


def _top(key: str, title: str, name: str, tally: Top) -> Iterator[Bars]:
    if tally.total:
        rows = tuple(worth_showing(tally.most(SHOWN), SHOWN))
        yield Bars(key, title, name, rows, others=tally.rest(len(rows)))


def _bins(key: str, title: str, bounds: tuple[float, ...], values: list[float]) -> Bars | None:
    """How many of `values`, in seconds, are within each bound and not the one before."""
    if not values:
        return None
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[sum(value > bound for bound in bounds)] += 1
    names = [text("within {time}", time=duration(bound)) for bound in bounds]
    names.append(text("longer"))
    rows = [(name, count) for name, count in zip(names, counts, strict=True) if count]
    return Bars(key, title, text("time"), tuple(rows))


def _local(moment: str) -> str:
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{(when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone():%Y-%m-%d %H:%M}"
