"""delivery_report: what the delivery log came to, and what stands beside it, in one report."""

from __future__ import annotations

from maildrop_py.report.statistics.amounts import size_in_words
from maildrop_py.report.statistics.anonymous import make_anonymous, without_addresses
from maildrop_py.report.statistics.as_json import as_object
from maildrop_py.report.statistics.figures import Report
from maildrop_py.report.statistics.sections import sections_of
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from maildrop_py.report.statistics.figures import Section
    from maildrop_py.report.statistics.reading import Account


def delivery_report(
    account: Account,
    thresholds: Sequence[tuple[float, str]],
    beside: Sequence[tuple[Section, dict[str, Any]]] = (),
    *,
    anonymous: bool = False,
    filed: bool = False,
) -> Report:
    """The report; `filed` is for mail that lies in folders and of which no log is asked.

    `beside` are sections of other sources, each with its object for programs."""
    now = account.now
    warnings = list(account.complaints)
    if now.unreadable:
        warnings.append(("log", text("{number} entries could not be read", number=now.unreadable)))
    if anonymous:
        warnings = [(without_addresses(place), why) for place, why in warnings]
        for counted in (now, account.before):
            make_anonymous(counted)
    counts = as_object(account)
    sections = sections_of(account, thresholds, filed)
    for section, found in beside:
        counts[section.key] = found
        if section.figures:
            sections.append(section)
    what = text("messages: {number}, {size}") if filed else None
    lead = (what or text("new messages: {number}, {size}")).format(
        number=f"{now.messages:,}", size=size_in_words(now.bytes)
    )
    title = text("Mail in folders") if filed else text("What became of mail")
    return Report(title, lead, tuple(sections), counts, tuple(warnings))
