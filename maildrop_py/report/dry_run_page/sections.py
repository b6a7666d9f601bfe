"""sections: an account of a dry run as the sections of a page that is bounded in length."""

from __future__ import annotations

from maildrop_py.report.dry_run_page.places import OTHERS, SOURCE
from maildrop_py.report.dry_run_page.samples import share_out
from maildrop_py.report.statistics.figures import Facts, Flow, Messages, Section, Way
from maildrop_py.report.statistics.places import shown
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.report.dry_run_page.account import Account
    from maildrop_py.report.dry_run_page.places import Place

SIDE = 14
"""Places on each side of the picture; the others are drawn together."""

RULES = 20
WAYS = 100
ROOM = 600_000
"""Bytes of all explanations on the page."""


def sections_of(account: Account, names: tuple[str, ...], unread: int = 0) -> list[Section]:
    """What is shown; `names` are the two sets of rules that are compared, if there are two."""
    sections = [
        Section("overview", text("Overview"), (_overview(account, names, unread),)),
        Section("flow", text("From where to where"), (_flow(account, names),)),
        Section("rules", text("By which rule"), (_rules(account, names),)),
    ]
    if account.changed:
        heading = text("What would change") if account.changed < account.messages else ""
        heading = heading or text("Messages, and why they go where they go")
        sections.append(Section("changes", heading, (_messages(account),)))
    return sections


def _overview(account: Account, names: tuple[str, ...], unread: int) -> Facts:
    before, after = ({flow[at] for flow in account.flows} for at in (0, 1))
    rows = [(text("messages"), account.messages)]
    if names or not all(kind == SOURCE for kind, _ in before):
        rows.append((text("would change"), account.changed))
        rows.append((text("would stay as they are"), account.messages - account.changed))
    rows.append((text("places they would be in"), len(after)))
    if unread:
        rows.append((text("could not be read"), unread))
    facts = tuple((name, f"{number:,}", "") for name, number in rows)
    return Facts("overview", text("The dry run"), facts)


def _rules(account: Account, names: tuple[str, ...]) -> object:
    title = text("Rules that would end the run")
    if names:
        title = text("Rules of {file} that would end the run", file=names[1])
    return account.rules.bars("rules", title, text("rule"), RULES, shown)


def _flow(account: Account, names: tuple[str, ...]) -> Flow:
    """The flows between the largest places of both sides."""
    larger = [_largest(account, at) for at in (0, 1)]
    others = OTHERS, text("(others)")
    flows: dict[tuple[Place, Place], int] = {}
    for places, count in account.flows.items():
        before, after = (
            place if place in larger[at] else others for at, place in enumerate(places)
        )
        flows[before, after] = flows.get((before, after), 0) + count
    left, right = (sorted({flow[at] for flow in flows}) for at in (0, 1))
    return Flow(
        key="flow",
        title=text("Messages that go from a place to a place"),
        names=names if names else (text("now in"), text("goes to")),
        left=tuple(left),
        right=tuple(right),
        flows=tuple(
            (left.index(before), right.index(after), count)
            for (before, after), count in sorted(flows.items(), key=lambda flow: -flow[1])
        ),
        remark=text(
            "What stays where it is has no colour. The thinnest bands are drawn a little wider "
            "than they are."
        ),
    )


def _largest(account: Account, at: int) -> set[Place]:
    sums: dict[Place, int] = {}
    for flow, count in account.flows.items():
        sums[flow[at]] = sums.get(flow[at], 0) + count
    return set(sorted(sums, key=lambda place: -sums[place])[:SIDE])


def _messages(account: Account) -> Messages:
    """The most frequent ways of changing, with as many messages of each as there is room for."""
    groups = account.groups.most_common(WAYS)
    shared = share_out((account.samples.of(group) for group, _ in groups), ROOM)
    ways = []
    for (group, count), samples in zip(groups, shared, strict=True):
        before, after, rule_before, rule_after = group
        by = shown(rule_after)
        if rule_before and rule_before != rule_after:
            by = f"{shown(rule_before)} → {by}"
        ways.append(Way(before, after, by, count, samples))
    return Messages(
        key="messages",
        title=text("Each way, the most frequent first; open it to see messages, and why"),
        ways=tuple(ways),
        others=account.changed - sum(count for _, count in groups),
    )
