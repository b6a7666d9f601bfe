"""account: what a dry run of an archive came to, counted in bounded memory.

Known limit: places and ways of changing beyond MOST of them, in the order of the archive, are
counted together as others.
"""

from __future__ import annotations

from collections import Counter

from maildrop_py.report.dry_run_page.changes import Change
from maildrop_py.report.dry_run_page.explained import draw_explained
from maildrop_py.report.dry_run_page.places import OTHERS
from maildrop_py.report.dry_run_page.samples import Samples
from maildrop_py.report.statistics.split import Split
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.message.message import Message
    from maildrop_py.report.dry_run_page.changes import Against, Alone, Group
    from maildrop_py.report.dry_run_page.places import Place

MOST = 4000
ROOM = 2_400_000
"""Characters of explanations that are kept: four times what a page shows."""


def work_of(comparison: Alone | Against) -> Callable[[str, Message], tuple[Any, ...]]:
    """Says what becomes of a message, with the explanation if its group has too few.

    It gives plain values, as it may run in a process of its own. Raises OSError.
    """
    known = Samples(ROOM)

    def work(path: str, message: Message) -> tuple[Any, ...]:
        change = comparison.of(path, message)
        sample = ""
        if change.group is not None and known.wants(change.group):
            sample = str(draw_explained(path, message, comparison.explained(message)))
            known.add(change.group, sample)
        return change.before, change.after, change.rule, change.group, sample

    return work


class Account:
    """Counts of flows, rules and ways of changing, with explanations of some of each way."""

    def __init__(self) -> None:
        self.messages = 0
        self.changed = 0
        self.flows: Counter[tuple[Place, Place]] = Counter()
        self.rules = Split()
        self.groups: Counter[Group] = Counter()
        self.samples = Samples(ROOM)

    def add(self, change: Change, sample: str) -> None:
        """Count one message; `sample` is its explanation, or ""."""
        self.messages += 1
        self._add_flow(change.before, change.after)
        self.rules.add(change.rule, change.after[0])
        group = change.group
        if group is None:
            return
        self.changed += 1
        if group in self.groups or len(self.groups) < MOST:
            self.groups[group] += 1
            if sample:
                self.samples.add(group, sample)

    def _add_flow(self, before: Place, after: Place) -> None:
        others = OTHERS, text("(others)")
        for flow in ((before, after), (before, others), (others, others)):
            if flow in self.flows or len(self.flows) < MOST or flow == (others, others):
                self.flows[flow] += 1
                return
